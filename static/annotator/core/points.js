/** A box from the outermost points of an object, in any order, or from its edges one by one. */

/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('./geometry.js').Rect} Rect */
/** @typedef {'n'|'w'|'s'|'e'} Side */
/** @typedef {{x: number, y: number, side?: Side}} Mark a point on one side; `side` where it was named */

/** @type {readonly Side[]} */
const SIDES = ['n', 'w', 's', 'e'];
/** @type {Record<Side, string>} */
const SIDE_NAMES = { n: 'top', w: 'left', s: 'bottom', e: 'right' };
export const ENOUGH = 4;

/** @param {readonly Mark[]} marks at least one @returns {Rect} */
const around = (marks) => ({
  x1: Math.min(...marks.map((mark) => mark.x)),
  y1: Math.min(...marks.map((mark) => mark.y)),
  x2: Math.max(...marks.map((mark) => mark.x)),
  y2: Math.max(...marks.map((mark) => mark.y)),
});

/** @param {Mark} mark @param {Side} side @param {Rect} box */
const gap = (mark, side, box) =>
  ({ n: mark.y - box.y1, w: mark.x - box.x1, s: box.y2 - mark.y, e: box.x2 - mark.x })[side];

/** Which side each mark most likely stands for: named ones as named, the others so that together
 * they lie nearest to the sides of the box that the marks and the pointer span.
 * @param {readonly Mark[]} marks at most four @param {Point|null} pointer @returns {Side[]} */
export function sidesOf(marks, pointer) {
  if (!marks.length) return [];
  const box = around(pointer ? [...marks, pointer] : marks);
  /** @type {{sides: Side[], far: number}} */
  let best = { sides: [], far: Infinity };
  /** @param {Side[]} sides @param {number} far */
  const tryFrom = (sides, far) => {
    if (far >= best.far) return;
    if (sides.length === marks.length) {
      best = { sides, far };
      return;
    }
    const mark = marks[sides.length];
    const free = SIDES.filter((side) => !sides.includes(side));
    const taken = marks.slice(sides.length + 1).map((later) => later.side);
    for (const side of mark.side ? [mark.side] : free.filter((each) => !taken.includes(each)))
      tryFrom([...sides, side], far + gap(mark, side, box));
  };
  tryFrom([], 0);
  return best.sides;
}

/** The box so far; sides nobody marked reach to the pointer or to the other marks.
 * @param {readonly Mark[]} marks at least one @param {Point|null} pointer @returns {Rect} */
export function boxOf(marks, pointer) {
  /** @param {Side} side */
  const named = (side) => marks.find((mark) => mark.side === side);
  const across = [...marks.filter((mark) => !mark.side || 'we'.includes(mark.side))];
  const along = [...marks.filter((mark) => !mark.side || 'ns'.includes(mark.side))];
  const open = pointer && marks.length < ENOUGH ? [pointer] : [];
  const xs = [...across, ...open].map((mark) => mark.x);
  const ys = [...along, ...open].map((mark) => mark.y);
  // Marks of one axis alone give a line; the pointer or the marks themselves give the other.
  if (!xs.length) xs.push(...marks.map((mark) => mark.x));
  if (!ys.length) ys.push(...marks.map((mark) => mark.y));
  const x1 = named('w')?.x ?? Math.min(...xs);
  const y1 = named('n')?.y ?? Math.min(...ys);
  const x2 = named('e')?.x ?? Math.max(...xs);
  const y2 = named('s')?.y ?? Math.max(...ys);
  return {
    x1: Math.min(x1, x2),
    y1: Math.min(y1, y2),
    x2: Math.max(x1, x2),
    y2: Math.max(y1, y2),
  };
}

/** What is still to do, in words. @param {readonly Mark[]} marks @param {Point|null} pointer */
export function toGo(marks, pointer) {
  const known = sidesOf(marks, pointer);
  const open = SIDES.filter((side) => !known.includes(side)).map((side) => SIDE_NAMES[side]);
  return `${marks.length} of ${ENOUGH}. To go: ${open.join(', ')}`;
}
