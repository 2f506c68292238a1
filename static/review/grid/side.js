/** Beside the grid: how the page stands, how far the looking is, and why nothing is shown. */

import { el, fill, must } from '../../common/dom.js';
import { icon } from '../../common/icons.js';

/** @typedef {import('../../common/api.js').LabelCounts} Counts */

/** @param {string} mark @param {string} words @param {number} n */
const line = (mark, words, n) =>
  el(
    'p',
    { class: `pair tally-${mark}` },
    el('span', {}, mark && icon(mark), words),
    el('strong', { text: n }),
  );

/** @param {import('./marks.js').Marks} marks @param {number} rest */
export function showTally(marks, rest) {
  fill(
    must('[data-tally]'),
    el('h2', { class: 'section-title', text: 'This page' }),
    line('check', 'looks right', marks.count('right')),
    line('cross', 'rejected', marks.count('rejected')),
    line('clock', 'undecided', rest),
  );
}

/** @param {Counts} counts */
export function showProgress(counts) {
  const share = counts.labels ? counts.looked_at / counts.labels : 0;
  fill(
    must('[data-progress]'),
    line('', 'Labels', counts.labels),
    line('', 'Reviewed', counts.looked_at),
    el('div', { class: 'bar' }, el('span', { style: { width: `${share * 100}%` } })),
    el('p', {
      class: 'section-help',
      text: 'The number under a picture is its suspicion from 0 to 1, with the main reason.',
    }),
    el('p', {
      class: 'section-help',
      text: 'Sorted pages find errors. They do not count for the certificate, which uses the random audit only.',
    }),
  );
}

/** @param {boolean} empty @param {Counts} counts */
export function showEmpty(empty, counts) {
  const card = must('[data-card]');
  card.hidden = !empty;
  fill(
    card,
    el('span', { class: 'card-mark' }, icon('check')),
    el('h2', { text: 'Nothing to review' }),
    el('p', {
      text: counts.labels
        ? 'Every label that fits these filters was reviewed. Change them, or show those too.'
        : 'No label fits. In a certified job the machine’s labels come after the closing audit.',
    }),
  );
}
