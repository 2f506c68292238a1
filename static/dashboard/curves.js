/** Charts of lines and dots: calibration, training, quality against confidence, audit. */

import { axisX, gridY } from './charts.js';
import { count, two } from './words.js';

/** @typedef {import('./charts.js').Chart} Chart */
/** @typedef {import('./charts.js').Plot} Plot */
/** @typedef {d3.ScaleLinear<number, number>} Scale */

const short = (/** @type {number} */ value) => String(Math.round(value * 100) / 100);

/** @param {Plot} plot @param {[number, number][]} points @param {Scale} x @param {Scale} y @param {string} kind */
function line(plot, points, x, y, kind) {
  const path = d3.line(
    ([at]) => x(at),
    ([, value]) => y(value),
  )(/** @type {[number, number][]} */ (points));
  plot.append('path').attr('class', `line ${kind}`).attr('d', path);
}

/** The level asked for, across the chart. @param {Plot} plot @param {Scale} y @param {number} width @param {number} target */
function targetLine(plot, y, width, target) {
  plot
    .append('line')
    .attr('class', 'target')
    .attr('x2', width)
    .attr('y1', y(target))
    .attr('y2', y(target));
  plot
    .append('text')
    .attr('class', 'value end')
    .attr('x', width)
    .attr('y', y(target) + 14)
    .text(`target ${two(target)}`);
}

/** @param {Plot} plot @param {Scale} x @param {number} height @param {number} theta */
function thetaLine(plot, x, height, theta) {
  plot
    .append('line')
    .attr('class', 'theta')
    .attr('x1', x(theta))
    .attr('x2', x(theta))
    .attr('y1', 4)
    .attr('y2', height);
  plot
    .append('text')
    .attr('class', 'value theta-word end')
    .attr('x', x(theta) - 5)
    .attr('y', 8)
    .text(`θ = ${two(theta)}`);
}

/** @param {import('./types.js').Calibration|null} calibration @returns {Chart} */
export function calibrationCurve(calibration) {
  const { curve, threshold, target } = calibration ?? { curve: [], threshold: null, target: 0 };
  return {
    title: 'Calibration',
    note: 'Quality of the validation images above each confidence.',
    empty: curve.length ? null : 'From the first trained round on',
    summary:
      threshold === null
        ? 'Mean quality of validation images above each confidence; no confidence is safe yet.'
        : `Above confidence ${two(threshold)}, validation images reach ${two(target)}.`,
    head: ['Confidence at least', 'Mean quality', 'Images'],
    rows: curve.map(([confidence, quality, n]) => [two(confidence), two(quality), n]),
    draw({ plot, width, height }) {
      const low = Math.min(target, d3.min(curve, ([, quality]) => quality) ?? 0) - 0.1;
      const x = d3.scaleLinear([0, 1], [0, width]);
      const y = d3.scaleLinear([Math.max(0, low), 1], [height, 4]).nice(4);
      gridY(plot, y, width, short, 4);
      axisX(plot, x, height, 'image confidence at least', short);
      targetLine(plot, y, width, target);
      line(
        plot,
        curve.map(([at, value]) => [at, value]),
        x,
        y,
        'line-people',
      );
      if (threshold !== null) thetaLine(plot, x, height, threshold);
    },
  };
}

/** @param {import('./types.js').Training|null} training @returns {Chart} */
export function trainingLoss(training) {
  const loss = training?.loss ?? [];
  const last = loss.at(-1);
  return {
    title: training ? `Training, round ${training.round}` : 'Training',
    note: 'How far the detector is from its examples.',
    empty: last ? null : 'From the first trained round on',
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

/** @param {import('./types.js').Calibration|null} calibration @returns {Chart} */
export function qualityAgainstConfidence(calibration) {
  const points = calibration?.points ?? [];
  const theta = calibration?.threshold ?? null;
  const above = theta === null ? [] : points.filter(([confidence]) => confidence >= theta);
  return {
    title: 'Quality against confidence',
    note: 'One dot for each validation image.',
    empty: points.length ? null : 'From the first trained round on',
    summary:
      theta === null
        ? `${points.length} validation images.`
        : `${points.length} validation images, ${above.length} at or above θ.`,
    head: ['Confidence', 'Quality'],
    rows: points.map(([confidence, quality]) => [two(confidence), two(quality)]),
    draw({ plot, width, height }) {
      const x = d3.scaleLinear([0, 1], [0, width]);
      const y = d3.scaleLinear([0, 1], [height, 4]);
      gridY(plot, y, width, short, 4);
      axisX(plot, x, height, 'image confidence', short);
      if (calibration) targetLine(plot, y, width, calibration.target);
      for (const [confidence, quality] of points) {
        plot
          .append('circle')
          .attr('class', theta !== null && confidence >= theta ? 'dot is-above' : 'dot')
          .attr('cx', x(confidence))
          .attr('cy', y(quality))
          .attr('r', 2.6)
          .append('title')
          .text(`confidence ${two(confidence)}, quality ${two(quality)}`);
      }
      if (theta !== null) thetaLine(plot, x, height, theta);
    },
  };
}

/** @param {import('./types.js').AuditProgress|null} audit @returns {Chart} */
export function auditPath(audit) {
  const path = audit?.path ?? [];
  const last = path.at(-1);
  return {
    title: 'Audit',
    note: 'People check auto-labels, and the bound rises as they agree.',
    empty: !audit
      ? 'When auto-labels are audited'
      : last
        ? null
        : 'Shown after the audit, so that it sways nobody',
    summary: last
      ? `After ${last[0]} images: observed ${two(last[1])}, lower bound ${two(last[2])}, target ${two(audit?.target ?? 0)}.`
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
