/** What became of an import's files, in words, for the job's page and the admin. */

/** @typedef {import('./api.js').TransferReport} Report */
/** @typedef {Exclude<keyof Report, 'notes'|'listed'>} Count */

/** @type {[Count, string, string][]} codes of the report's counts, of one and of several */
const COUNTS = [
  ['refused', 'file refused', 'files refused'],
  ['not_understood', 'file not understood', 'files not understood'],
  ['refused_boxes', 'box refused', 'boxes refused'],
  ['unused_boxes', 'image with unused boxes', 'images with unused boxes'],
  ['changed_boxes', 'box changed', 'boxes changed'],
  ['missing', 'image not found', 'images not found'],
];

/** @type {Record<string, string>} */
export const OUTCOMES = {
  duplicates: 'already here',
  refused: 'refused',
  not_understood: 'not understood',
  changed_boxes: 'box changed',
  refused_boxes: 'box refused',
  unused_boxes: 'boxes not used',
  missing: 'image not found',
};

/** One sentence; reports of older imports know fewer counts. @param {Report} report */
export function importWords(report) {
  const number = (/** @type {Count} */ key) => report[key] ?? 0;
  const several = (/** @type {[Count, string, string]} */ [key, one, many]) =>
    `${number(key)} ${number(key) === 1 ? one : many}`;
  return [
    several(['imported', 'image imported', 'images imported']),
    `${number('duplicates')} already here`,
    several(['boxes', 'box', 'boxes']),
    ...COUNTS.filter(([key]) => number(key)).map(several),
  ].join(', ');
}
