/** Whether seeing boxes harms: corrected work against blind work, and honeypots. */

import { count } from '../dashboard/words.js';
import { showTable } from './table.js';

/** @typedef {import('../common/api.js').ControlRow} Comparison */

/** @param {number | null} value */
const quality = (value) => (value === null ? '–' : value.toFixed(2));

/** @param {Comparison} row */
const verdict = (row) => {
  if (row.falls_back) return 'Worse: annotated blind from the next round on';
  return row.blank === null ? 'Too few images' : 'No difference found';
};

/** @param {HTMLElement} card @param {Comparison[]} rows @param {Map<number, string>} names */
export function showControls(card, rows, names) {
  showTable(card, {
    title: 'Corrected against drawn blind',
    side: 'A random share of the images, annotated both ways',
    head: ['Class', 'Images', 'Corrected', 'Blind', 'Verdict'],
    rows: rows.map((row) => ({
      name: names.get(row.class_id) ?? String(row.class_id),
      cells: [
        { text: count(row.images), number: true },
        { text: quality(row.corrected), number: true },
        { text: quality(row.blank), number: true },
        { text: verdict(row) },
      ],
    })),
    note: 'How well an answer made on shown boxes agrees with blind answers, beside how well two blind answers agree. A class that is worse by more than .05, and not by chance, is no longer shown.',
  });
}

/** @param {HTMLElement} card @param {{name: string, shown: number, missed_honeypot: number}[]} rows */
export function showHoneypots(card, rows) {
  showTable(card, {
    title: 'Honeypots',
    side: 'Visible to managers only; never counted as labels',
    head: ['Who', 'Shown', 'Missed', 'Share'],
    rows: rows.map(({ name, shown, missed_honeypot }) => ({
      name,
      cells: [
        { text: count(shown), number: true },
        { text: count(missed_honeypot), number: true },
        { text: `${Math.round((100 * missed_honeypot) / shown)} %`, number: true },
      ],
    })),
    note: 'One wrong box was added to the pre-labels. Whoever submits it unchanged missed it.',
  });
}
