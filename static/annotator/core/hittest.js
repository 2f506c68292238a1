/** What lies under a point: a handle or edge of the selected box, else the smallest box, else nothing. */

import { area, contains, HANDLES, handlePoint } from './geometry.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('./geometry.js').Handle} Handle */
/** @typedef {{kind: 'handle', box: DocBox, handle: Handle}
 *   | {kind: 'box', box: DocBox, onEdge: boolean}} Hit */

const HANDLE_REACH = 7;
const EDGE_REACH = 5;

/** Edge of a box within reach of a point. @param {DocBox} box @param {Point} point @param {number} reach
 * @returns {Handle|null} */
function edgeAt(box, point, reach) {
  const withinX = point.x >= box.x1 - reach && point.x <= box.x2 + reach;
  const withinY = point.y >= box.y1 - reach && point.y <= box.y2 + reach;
  if (!withinX || !withinY) return null;
  /** @type {[Handle, number][]} */
  const gaps = [
    ['w', Math.abs(point.x - box.x1)],
    ['e', Math.abs(point.x - box.x2)],
    ['n', Math.abs(point.y - box.y1)],
    ['s', Math.abs(point.y - box.y2)],
  ];
  const [edge, gap] = gaps.reduce((best, next) => (next[1] < best[1] ? next : best));
  return gap <= reach ? edge : null;
}

/** Which of the boxes under a click it means: the smallest, and each further click there the next.
 * @param {readonly number[]} stack ids under the click, smallest first
 * @param {readonly number[]} before the same of the click before
 * @param {number|null} selectedId @returns {number|null} null where no box lies there */
export function clickedOf(stack, before, selectedId) {
  const at = selectedId === null ? -1 : stack.indexOf(selectedId);
  const again = at >= 0 && stack.join() === before.join();
  return (again ? stack[(at + 1) % stack.length] : stack[0]) ?? null;
}

/**
 * @param {readonly DocBox[]} boxes those that are shown
 * @param {number|null} selectedId
 * @param {Point} point in image pixels
 * @param {number} scale screen pixels per image pixel
 * @returns {Hit|null}
 */
export function hitTest(boxes, selectedId, point, scale) {
  const selected = boxes.find((box) => box.id === selectedId);
  if (selected) {
    const reach = HANDLE_REACH / scale;
    let nearest = null;
    let best = Infinity;
    for (const handle of HANDLES) {
      const at = handlePoint(selected, handle);
      const far = Math.max(Math.abs(at.x - point.x), Math.abs(at.y - point.y));
      if (far <= reach && far < best) {
        nearest = handle;
        best = far;
      }
    }
    const handle = nearest ?? edgeAt(selected, point, EDGE_REACH / scale);
    if (handle) return { kind: 'handle', box: selected, handle };
  }
  const reach = EDGE_REACH / scale;
  const under = boxes.filter((box) => contains(box, point) || edgeAt(box, point, reach));
  if (!under.length) return null;
  const box = under.reduce((least, next) => (area(next) < area(least) ? next : least));
  return { kind: 'box', box, onEdge: edgeAt(box, point, reach) !== null };
}
