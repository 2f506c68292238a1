/** Keys that come in families: arrows, edges, digits. */

/** @type {[string, string, number, number][]} key, way, x, y */
export const WAYS = [
  ['ArrowLeft', 'left', -1, 0],
  ['ArrowUp', 'up', 0, -1],
  ['ArrowRight', 'right', 1, 0],
  ['ArrowDown', 'down', 0, 1],
];
/** @type {[string, string, import('../core/points.js').Side][]} key, name, side */
export const EDGE_KEYS = [
  ['w', 'top', 'n'],
  ['a', 'left', 'w'],
  ['s', 'bottom', 's'],
  ['d', 'right', 'e'],
];
export const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];
