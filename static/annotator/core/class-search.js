/** Finds classes by the letters or the number somebody typed. */

/** @typedef {import('../../common/api.js').LabelClass} LabelClass */

/** The number that tags show: the class's own key, else its place in the list.
 * @param {LabelClass} entry @param {number} place */
export const numberOf = (entry, place) => entry.hotkey || String(place + 1);

/**
 * Those that begin so come first, then those with a word that does, then those that contain it.
 * @param {readonly LabelClass[]} classes @param {string} typed
 * @returns {{entry: LabelClass, number: string}[]}
 */
export function findClasses(classes, typed) {
  const wanted = typed.trim().toLowerCase();
  const all = classes.map((entry, place) => ({ entry, number: numberOf(entry, place) }));
  if (!wanted) return all;
  /** @param {{entry: LabelClass, number: string}} found */
  const rank = ({ entry, number }) => {
    const name = entry.name.toLowerCase();
    if (number === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    if (/^\d+$/.test(wanted) && number.startsWith(wanted)) return 2;
    if (name.split(/[\s_-]+/).some((word) => word.startsWith(wanted))) return 3;
    return name.includes(wanted) ? 4 : 9;
  };
  return all
    .map((found) => ({ found, rank: rank(found) }))
    .filter((each) => each.rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .map((each) => each.found);
}

/** The class that digits mean beyond doubt: no other number goes on from them. That is what makes
 * two strokes enough for fifty classes. @param {readonly LabelClass[]} classes @param {string} typed */
export function meantByNumber(classes, typed) {
  if (!/^\d+$/.test(typed)) return undefined;
  const fits = classes.filter((entry, place) => numberOf(entry, place).startsWith(typed));
  return fits.length === 1 && numberOf(fits[0], classes.indexOf(fits[0])) === typed
    ? fits[0]
    : undefined;
}
