/** What became of an import's files, in words, for the job's page and the admin. */

/** @type {[string, string][]} codes of the report's counts, those that need a person first */
const COUNTS = [
  ['refused', 'refused'],
  ['not_understood', 'not understood'],
  ['refused_boxes', 'boxes refused'],
  ['unused_boxes', 'boxes not used'],
  ['changed_boxes', 'boxes changed'],
  ['missing', 'pictures not here'],
];

/** @type {Record<string, string>} */
export const OUTCOMES = {
  duplicates: 'already here',
  refused: 'refused',
  not_understood: 'not understood',
  changed_boxes: 'box changed',
  refused_boxes: 'box refused',
  unused_boxes: 'boxes not used',
  missing: 'picture not here',
};

/** One sentence; reports of older imports know fewer counts. @param {Record<string, any>} report */
export function importWords(report) {
  const number = (/** @type {string} */ key) =>
    Array.isArray(report[key]) ? report[key].length : (report[key] ?? 0);
  return [
    `${number('imported')} images taken`,
    `${number('duplicates')} already here`,
    `${number('boxes')} boxes`,
    ...COUNTS.filter(([key]) => number(key)).map(([key, words]) => `${number(key)} ${words}`),
  ].join(', ');
}
