/** The state line: the steps of the round, what happens now, how far it is and what it waits for. */

import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { heldLines } from './held.js';
import { value } from './value.js';
import { count, duration, stateWord, two } from './words.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */
/** @typedef {import('../common/api.js').RoundNow} RoundNow */

/** @type {Record<string, string>} */
const STATUS_WORDS = { done: 'done', now: 'now', later: 'later' };

/** @param {RoundNow['line'][number]} step @param {number} place */
function step(step, place) {
  const name = stateWord(step.state);
  return el(
    'li',
    { class: `step is-${step.status}`, 'aria-current': step.status === 'now' ? 'step' : null },
    el(
      'span',
      { class: 'step-mark', 'aria-hidden': 'true' },
      step.status === 'done' ? icon('check') : String(place + 1),
    ),
    el('span', { class: 'step-name', text: name }),
    step.status === 'done' &&
      step.seconds !== null &&
      el('span', { class: 'step-time', text: duration(step.seconds) }),
    el('span', { class: 'visually-hidden', text: `, ${STATUS_WORDS[step.status]}` }),
  );
}

/** @param {HTMLElement} card @param {Snapshot} snapshot
 * @param {((person: number) => void)|null} release gives what a person holds to the others */
export function showState(card, snapshot, release) {
  const { round, audit, job } = snapshot;
  if (!round) {
    /** @type {Record<string, string>} */
    const words = {
      draft: 'This job has not started.',
      complete: 'This job is complete.',
      cancelled: 'This job was cancelled. Its labels are kept.',
      paused: 'This job is paused. Nobody gets new images.',
    };
    return fill(
      card,
      el('p', { class: 'state-sentence', text: words[job.state] ?? 'Between two rounds.' }),
    );
  }
  const share = round.total > 0 ? Math.min(1, round.done / round.total) : 0;
  fill(
    card,
    el('ol', { class: 'steps' }, ...round.line.map(step)),
    el(
      'div',
      { class: 'state-now' },
      el(
        'div',
        { class: 'state-progress' },
        el(
          'p',
          { class: 'state-sentence' },
          el('strong', { text: `Round ${round.number}, ${round.purpose}. ` }),
          round.sentence,
        ),
        round.total > 0 &&
          el(
            'div',
            { class: 'progress-line' },
            el(
              'div',
              {
                class: 'bar',
                role: 'progressbar',
                'aria-label': `Progress of ${stateWord(round.state)}`,
                'aria-valuemin': 0,
                'aria-valuemax': round.total,
                'aria-valuenow': round.done,
              },
              el('span', { style: { width: `${share * 100}%` } }),
            ),
            el(
              'span',
              {},
              value('round-done', count(round.done)),
              ` of ${count(round.total)} ${round.unit}`,
            ),
          ),
      ),
      audit?.observed != null &&
        el(
          'div',
          { class: 'state-figure' },
          'Observed quality',
          value('observed', two(audit.observed)),
        ),
      audit?.bound != null &&
        el(
          'div',
          { class: 'state-figure' },
          'Lower bound',
          el('span', {}, value('bound', two(audit.bound)), ` target ${two(audit.target)}`),
        ),
      round.seconds_left !== null &&
        el(
          'div',
          { class: 'state-figure' },
          'Step ends in about',
          value('left', duration(round.seconds_left)),
        ),
      round.worker_seen_s !== null &&
        round.worker_seen_s > 120 &&
        el(
          'p',
          { class: 'state-note is-warn' },
          icon('warn'),
          `No worker for this step has reported for ${duration(round.worker_seen_s)}. The step goes on by itself when one is back.`,
        ),
      ...heldLines(snapshot, release),
    ),
  );
}
