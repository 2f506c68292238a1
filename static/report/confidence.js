/** What each way of being confident is worth on this job's own calibration images. */

import { two } from '../dashboard/words.js';
import { showTable } from './table.js';

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
  showTable(card, {
    title: 'Image confidence',
    side: calibration
      ? `On ${calibration.points.length} calibration images, target ${two(calibration.target)}`
      : '',
    head: [
      'Rule',
      'What it is',
      'Rank correlation with quality',
      'Acceptable at best',
      'Would accept now',
      'Used',
    ],
    rows: (calibration?.comparison ?? []).map(([rule, correlation, share, now]) => ({
      name: RULES[rule]?.[0] ?? rule,
      cells: [
        { text: RULES[rule]?.[1] ?? '' },
        { text: two(correlation), number: true },
        { text: `${Math.round(share * 100)} %`, number: true },
        // Rows of detectors calibrated before this column was kept have no fourth figure.
        { text: now === undefined ? '–' : `${Math.round(now * 100)} %`, number: true },
        { text: rule === calibration?.rule ? 'in use' : '' },
      ],
    })),
    note: 'Acceptable at best: the share of these images at or above the best threshold whose mean quality reaches the target. It looks at the answers, so it compares the rules and decides nothing. Would accept now: the share of the images still unlabelled that the rule would put to the proof as sure enough.',
  });
}
