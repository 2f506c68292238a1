/** What each way of being confident is worth on this job's own judging images. */

import { el, fill } from '../common/dom.js';
import { two } from '../dashboard/words.js';

/** @type {Record<string, [string, string]>} rule to its name and one sentence */
const RULES = {
  'mean score': ['Mean score', "Ground Truth's rule: the mean of the boxes' scores"],
  agreement: [
    'Agreement',
    'how far the detector agrees with itself on the image mirrored, smaller and larger',
  ],
  ridge: ['Learned', 'a regression of quality on what each box is worth in all views'],
};

/** @param {HTMLElement} card @param {import('../dashboard/types.js').Calibration|null} calibration */
export function showConfidence(card, calibration) {
  const rows = calibration?.comparison ?? [];
  card.hidden = rows.length === 0;
  if (!calibration || !rows.length) return;
  fill(
    card,
    el(
      'div',
      { class: 'card-head' },
      el('h2', { class: 'card-title', text: 'Image confidence' }),
      el('span', {
        class: 'card-side',
        text: `On ${calibration.points.length} judging images, target ${two(calibration.target)}`,
      }),
    ),
    el(
      'div',
      { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Image confidence' },
      el(
        'table',
        { class: 'rules' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ...[
              'Rule',
              'What it is',
              'Rank correlation with quality',
              'Acceptable at best',
              'Would accept now',
              '',
            ].map((text) => el('th', { scope: 'col', text })),
          ),
        ),
        el(
          'tbody',
          {},
          ...rows.map(([rule, correlation, share, now]) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row', text: RULES[rule]?.[0] ?? rule }),
              el('td', { text: RULES[rule]?.[1] ?? '' }),
              el('td', { class: 'number', text: two(correlation) }),
              el('td', { class: 'number', text: `${Math.round(share * 100)} %` }),
              // Rows of detectors calibrated before this column was kept have no fourth figure.
              el('td', {
                class: 'number',
                text: now === undefined ? '–' : `${Math.round(now * 100)} %`,
              }),
              el('td', { text: rule === calibration.rule ? 'in use' : '' }),
            ),
          ),
        ),
      ),
    ),
    el('p', {
      class: 'card-note',
      text: 'Acceptable at best: the share of these images at or above the best cut whose mean quality reaches the target. It looks at the answers, so it compares the rules and decides nothing. Would accept now: the share of the images still unlabelled that the rule would put to the proof as sure enough.',
    }),
  );
}
