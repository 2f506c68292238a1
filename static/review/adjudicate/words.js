/** One plain sentence about where a group's people differ most. Pure. */

/** @typedef {import('./decisions.js').Group} Group */
/** @typedef {import('../../common/api.js').Box} Box */
/** @typedef {'x1'|'y1'|'x2'|'y2'} Edge */

/** @type {[Edge, string, 1|-1][]} the edge, its name, and the sign of "further out" */
const EDGES = [
  ['x1', 'left', -1],
  ['y1', 'top', -1],
  ['x2', 'right', 1],
  ['y2', 'bottom', 1],
];
const SEEN_PX = 4;
const CLEAR = 2;

/** @param {number[]} values */
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** @param {string[]} names */
const listed = (names) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/**
 * @param {Group} group
 * @param {string[]} letters of all people who looked
 * @param {(index: number) => string} className
 * @returns {string} empty where nothing stands out
 */
export function mainDifference(group, letters, className) {
  const { drawn } = group;
  const letter = (/** @type {number} */ person) => letters[person];
  if (!drawn.length) return 'A reviewer added this box.';
  if (drawn.length === 1 && letters.length > 1) return `Only ${letter(drawn[0].person)} drew this.`;
  const kinds = [...new Set(drawn.map(({ box }) => box.class_id))];
  if (kinds.length > 1) {
    const said = kinds.map((kind) => {
      const who = drawn
        .filter(({ box }) => box.class_id === kind)
        .map(({ person }) => letter(person));
      return `${listed(who)} ${who.length > 1 ? 'say' : 'says'} ${className(kind)}`;
    });
    return `${said.join('; ')}.`;
  }
  const missing = letters.filter((_, person) => !drawn.some((entry) => entry.person === person));
  if (missing.length) return `${listed(missing)} drew nothing here.`;
  return drawn.length > 2 ? outlier(group, letter) : '';
}

/** The one whose edge lies far from the others', if there is a clear one.
 * @param {Group} group @param {(person: number) => string} letter */
function outlier({ drawn }, letter) {
  const all = drawn.flatMap(({ person, box }) =>
    EDGES.map(([edge, name, out]) => {
      const others = drawn
        .filter((entry) => entry.person !== person)
        .map((entry) => entry.box[edge]);
      const off = box[edge] - median(others);
      return { person, name, off: Math.abs(off), outward: off * out > 0 };
    }),
  );
  const worst = all.reduce((a, b) => (b.off > a.off ? b : a));
  // The others are compared without the outlier, or it would pull their middle its way.
  const kept = drawn.filter(({ person }) => person !== worst.person).map(({ box }) => box);
  const rest = Math.max(
    ...EDGES.flatMap(([edge]) => {
      const middle = median(kept.map((box) => box[edge]));
      return kept.map((box) => Math.abs(box[edge] - middle));
    }),
  );
  if (worst.off < SEEN_PX || worst.off < CLEAR * rest) return '';
  const where = worst.outward ? 'further out' : 'further in';
  return `${letter(worst.person)} puts the ${worst.name} edge ${Math.round(worst.off)} px ${where}. The others agree within ${Math.max(1, Math.round(rest))} px on every edge.`;
}
