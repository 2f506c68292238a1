/** Charts of what goes on step by step: the training's loss, the audit's bound. */

import { axisX, gridY } from './charts.js';
import { line, short, targetLine } from './lines.js';
import { count, two } from './words.js';

/** @typedef {import('./charts.js').Chart} Chart */

/** @param {import('../common/api.js').TrainingChart|null} training @returns {Chart} */
export function trainingLoss(training) {
  const loss = training?.loss ?? [];
  const last = loss.at(-1);
  return {
    title: training ? `Training, round ${training.round}` : 'Training',
    note: 'Training loss.',
    empty: last ? null : whyUntrained(training),
    summary: last
      ? `Loss ${two(last[1])} after ${count(training?.done ?? 0)} of ${count(training?.total ?? 0)} steps. ${training?.why ?? ''}`.trim()
      : '',
    head: ['Step', 'Loss'],
    rows: loss.map(([step, value]) => [step, value.toFixed(3)]),
    draw({ plot, width, height }) {
      const x = d3.scaleLinear([0, Math.max(training?.total ?? 1, 1)], [0, width]);
      const y = d3.scaleLinear([0, d3.max(loss, ([, value]) => value) || 1], [height, 4]).nice(4);
      gridY(plot, y, width, short, 4);
      axisX(plot, x, height, 'step', count);
      line(plot, loss, x, y, 'line-people');
    },
  };
}

/** @param {import('../common/api.js').TrainingChart|null} training */
function whyUntrained(training) {
  // a detector that an earlier job taught may look before it is trained here
  return training && !training.total
    ? `The detector has not been trained on this job yet. ${training.why}`.trim()
    : 'Available after the first training';
}

/** @param {import('../common/api.js').AuditProgress|null} audit */
function whyEmpty(audit) {
  if (!audit) return 'When auto-labels are audited';
  // of a running proof only managers hear more than how many checks are made
  return audit.decided > 0 ? audit.sentence : 'Available after the first check';
}

/** @param {import('../common/api.js').AuditProgress|null} audit @returns {Chart} */
export function auditPath(audit) {
  const path = audit?.path ?? [];
  const last = path.at(-1);
  return {
    title: 'Audit',
    note:
      audit?.kind === 'monitoring'
        ? 'People check a random share of what was accepted.'
        : 'People check auto-labels, and the bound rises as they agree.',
    empty: last ? null : whyEmpty(audit),
    summary: last
      ? `After ${last[0]} images: observed ${two(last[1])}, lower bound ${two(last[2])}, target ${two(audit?.target ?? 0)}.${audit?.kind === 'certificate' ? ` ${audit.sentence}` : ''}`
      : '',
    head: ['Images', 'Observed', 'Lower bound'],
    rows: path.map(([n, observed, bound]) => [n, two(observed), two(bound)]),
    draw({ plot, width, height }) {
      const x = d3.scaleLinear(
        [0, Math.max(audit?.budget ?? 0, audit?.about ?? 0, path.length, 10)],
        [0, width],
      );
      const low = d3.min(path, ([, , bound]) => bound) ?? 0;
      const y = d3.scaleLinear([Math.max(0, low - 0.05), 1], [height, 4]).nice(4);
      gridY(plot, y, width, short, 4);
      axisX(plot, x, height, 'images audited', count);
      targetLine(plot, y, width, audit?.target ?? 0);
      line(
        plot,
        path.map(([n, observed]) => [n, observed]),
        x,
        y,
        'line-people',
      );
      line(
        plot,
        path.map(([n, , bound]) => [n, bound]),
        x,
        y,
        'line-auto',
      );
      if (!last) return;
      plot
        .append('text')
        .attr('class', 'value')
        .attr('x', x(last[0]) + 6)
        .attr('y', y(last[1]) + 3)
        .text('observed');
      plot
        .append('text')
        .attr('class', 'value theta-word')
        .attr('x', x(last[0]) + 6)
        .attr('y', y(last[2]) + 3)
        .text('lower bound');
    },
  };
}
