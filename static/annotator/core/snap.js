/** Draws a point to the edges of other boxes that lie within reach. */

/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('./geometry.js').Rect} Rect */

/** @param {number} value @param {number[]} lines @param {number} reach */
function nearest(value, lines, reach) {
  let best = value;
  let far = reach;
  for (const line of lines) {
    const gap = Math.abs(line - value);
    if (gap <= far) {
      far = gap;
      best = line;
    }
  }
  return best;
}

/** Each axis by itself; an edge counts only where the point is beside it, not on its far extension.
 * @param {Point} point @param {readonly Rect[]} boxes @param {number} reach in the units of both
 * @returns {Point} */
export function snapped(point, boxes, reach) {
  const { x, y } = point;
  const near = boxes.filter(
    (box) =>
      x >= box.x1 - reach && x <= box.x2 + reach && y >= box.y1 - reach && y <= box.y2 + reach,
  );
  return {
    x: nearest(
      x,
      near.flatMap((box) => [box.x1, box.x2]),
      reach,
    ),
    y: nearest(
      y,
      near.flatMap((box) => [box.y1, box.y2]),
      reach,
    ),
  };
}
