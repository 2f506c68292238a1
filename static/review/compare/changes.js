/** What differs between two labels, as words, signs and looks; colour is never the only one. Pure. */

/** @typedef {import('../../common/api.js').Box} Box */
/** @typedef {'added'|'removed'|'moved'|'relabelled'|'same'} Kind */
/** @typedef {import('../../common/api.js').BoxChange} Change */
/** @typedef {import('../../common/api.js').Side} Side */

/** @type {Record<Kind, {sign: string, word: string, color: string, dash: string, width: number}>} */
export const KINDS = {
  added: { sign: '+', word: 'added', color: '#4CC38A', dash: '', width: 2.5 },
  removed: { sign: '−', word: 'removed', color: '#FF8A80', dash: '2 3', width: 2.5 },
  moved: { sign: '↔', word: 'moved', color: '#FFC400', dash: '8 4', width: 2 },
  relabelled: { sign: '≠', word: 'other class', color: '#B9AEFF', dash: '10 3 2 3', width: 2.5 },
  same: { sign: '', word: 'the same', color: '#FFFFFF', dash: '', width: 1 },
};
/** @type {Kind[]} */
export const ORDER = ['added', 'removed', 'relabelled', 'moved', 'same'];

/** Those that differ, most telling first. @param {Change[]} changes */
export const telling = (changes) =>
  ORDER.slice(0, -1).flatMap((kind) => changes.filter((change) => change.kind === kind));

/** @param {Change[]} changes @returns {Record<Kind, number>} */
export function countKinds(changes) {
  const counts = { added: 0, removed: 0, moved: 0, relabelled: 0, same: 0 };
  for (const { kind } of changes) counts[kind] += 1;
  return counts;
}

/** Both boxes of a change, for the close-up.
 * @param {Change} change @param {Side} left @param {Side} right @returns {Box[]} */
export const boxesOf = (change, left, right) => [
  ...(change.left === null ? [] : [left.boxes[change.left]]),
  ...(change.right === null ? [] : [right.boxes[change.right]]),
];

/** One change in words. @param {Change} change @param {Side} left @param {Side} right
 * @param {(index: number) => string} className */
export function words(change, left, right, className) {
  const before = change.left === null ? '' : className(left.boxes[change.left].class_id);
  const after = change.right === null ? '' : className(right.boxes[change.right].class_id);
  if (change.kind === 'relabelled') return `${before} → ${after}`;
  if (change.kind === 'moved') return `${after}, overlap ${change.overlap.toFixed(2)}`;
  return after || before;
}

/** @param {Side} side */
export function sideWords({ name, round, by, at, ended }) {
  const parts = [
    round === null ? '' : `round ${round}`,
    by ?? '',
    at ? new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }) : '',
    ended,
  ].filter(Boolean);
  return parts.length ? `${name} · ${parts.join(' · ')}` : name;
}
