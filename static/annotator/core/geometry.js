/** Arithmetic of boxes in image pixels: normalise, clamp, move, resize, compare. */

/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../../common/types.js').Size} Size */
/** @typedef {{x1: number, y1: number, x2: number, y2: number}} Rect */
/** @typedef {'nw'|'n'|'ne'|'e'|'se'|'s'|'sw'|'w'} Handle */

/** Smaller than this on either side is a slip of the hand, not an object. */
const MIN_SIDE = 2;

/** @type {readonly Handle[]} */
export const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'];

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** One decimal: finer than any hand, and short on the wire. @param {number} value */
const tenth = (value) => Math.round(value * 10) / 10;

/** @param {Point} a @param {Point} b @returns {Rect} */
export const fromCorners = (a, b) => ({
  x1: Math.min(a.x, b.x),
  y1: Math.min(a.y, b.y),
  x2: Math.max(a.x, b.x),
  y2: Math.max(a.y, b.y),
});

/** @template {Rect} T @param {T} box @returns {T} */
export const rounded = (box) => ({
  ...box,
  x1: tenth(box.x1),
  y1: tenth(box.y1),
  x2: tenth(box.x2),
  y2: tenth(box.y2),
});

/** The part of a box inside the image. @template {Rect} T @param {T} box @param {Size} size @returns {T} */
export const clipped = (box, size) => ({
  ...box,
  x1: clamp(box.x1, 0, size.width),
  y1: clamp(box.y1, 0, size.height),
  x2: clamp(box.x2, 0, size.width),
  y2: clamp(box.y2, 0, size.height),
});

/** @param {Rect} box */
export const width = (box) => box.x2 - box.x1;
/** @param {Rect} box */
export const height = (box) => box.y2 - box.y1;
/** @param {Rect} box */
export const area = (box) => Math.max(0, width(box)) * Math.max(0, height(box));
/** @param {Rect} box */
export const bigEnough = (box) => width(box) >= MIN_SIDE && height(box) >= MIN_SIDE;
/** On the screen, a rectangle so small that a hand slipped: thinner than any line, or a mere dot.
 * @param {Rect} box @param {number} scale screen pixels per image pixel @param {boolean} finger */
export const isSlip = (box, scale, finger) => {
  const sides = [width(box) * scale, height(box) * scale];
  return Math.min(...sides) < 3 || Math.max(...sides) < (finger ? 16 : 8);
};
/** @param {Rect} box @returns {Point} */
export const centre = (box) => ({ x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 });

/** @param {Rect} box @param {Point} point */
export const contains = (box, point) =>
  point.x >= box.x1 && point.x <= box.x2 && point.y >= box.y1 && point.y <= box.y2;

/** Overlap of two boxes, 0 to 1. @param {Rect} a @param {Rect} b */
export function iou(a, b) {
  const w = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const h = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / (area(a) + area(b) - w * h);
}

/** A box moved, keeping its size, stopped at the image's edge.
 * @template {Rect} T @param {T} box @param {number} dx @param {number} dy @param {Size} size @returns {T} */
export function moved(box, dx, dy, size) {
  const x1 = clamp(box.x1 + dx, 0, Math.max(0, size.width - width(box)));
  const y1 = clamp(box.y1 + dy, 0, Math.max(0, size.height - height(box)));
  return { ...box, x1, y1, x2: x1 + width(box), y2: y1 + height(box) };
}

/** A box with one handle dragged to a point; dragging past the far side flips it.
 * @template {Rect} T @param {T} box @param {Handle} handle @param {Point} point @param {Size} size
 * @returns {T} */
export function resized(box, handle, point, size) {
  const x = clamp(point.x, 0, size.width);
  const y = clamp(point.y, 0, size.height);
  const x1 = handle.includes('w') ? x : box.x1;
  const x2 = handle.includes('e') ? x : box.x2;
  const y1 = handle.startsWith('n') ? y : box.y1;
  const y2 = handle.startsWith('s') ? y : box.y2;
  return { ...box, ...fromCorners({ x: x1, y: y1 }, { x: x2, y: y2 }) };
}

/** Where a handle of a box sits. @param {Rect} box @param {Handle} handle @returns {Point} */
export function handlePoint(box, handle) {
  const middle = centre(box);
  const x = handle.includes('w') ? box.x1 : handle.includes('e') ? box.x2 : middle.x;
  const y = handle.startsWith('n') ? box.y1 : handle.startsWith('s') ? box.y2 : middle.y;
  return { x, y };
}

/** The corner a point is near, else the edge: a corner counts within a fifth of the sides.
 * @param {Rect} box @param {Point} point @returns {Handle} */
export function nearestHandle(box, point) {
  const sideX = point.x < (box.x1 + box.x2) / 2 ? 'w' : 'e';
  const sideY = point.y < (box.y1 + box.y2) / 2 ? 'n' : 's';
  const gapX = Math.min(Math.abs(point.x - box.x1), Math.abs(point.x - box.x2));
  const gapY = Math.min(Math.abs(point.y - box.y1), Math.abs(point.y - box.y2));
  if (gapX <= width(box) / 5 && gapY <= height(box) / 5) return `${sideY}${sideX}`;
  return gapX / Math.max(1, width(box)) < gapY / Math.max(1, height(box)) ? sideX : sideY;
}

/** Whether two rectangles share any point. @param {Rect} a @param {Rect} b */
export const touches = (a, b) => a.x1 <= b.x2 && b.x1 <= a.x2 && a.y1 <= b.y2 && b.y1 <= a.y2;

/** Boxes as one reads a page: in rows from the top, each from the left.
 * @template {Rect} T @param {readonly T[]} boxes @returns {T[]} */
export function readingOrder(boxes) {
  const rest = [...boxes].sort((a, b) => a.y1 - b.y1 || a.x1 - b.x1);
  const ordered = [];
  while (rest.length) {
    const first = rest[0];
    const row = rest.filter((box) => box.y1 < first.y1 + height(first) / 2);
    row.sort((a, b) => a.x1 - b.x1 || a.y1 - b.y1);
    ordered.push(...row);
    rest.splice(0, row.length);
  }
  return ordered;
}
