/** Finds boxes that somebody probably drew twice. */

import { iou } from './geometry.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */

/** From this overlap on two boxes of a class are questioned: so alike are two hands at most on one
 * object, and real neighbours hardly ever. */
const ALIKE = 0.9;

/** Pairs of one class, each box once. @param {readonly DocBox[]} boxes @returns {[DocBox, DocBox][]} */
export function twins(boxes) {
  const line = [...boxes].sort((a, b) => a.x1 - b.x1 || a.id - b.id);
  /** @type {[DocBox, DocBox][]} */
  const pairs = [];
  const paired = new Set();
  for (const [place, box] of line.entries()) {
    if (paired.has(box.id)) continue;
    for (let next = place + 1; next < line.length; next += 1) {
      const other = line[next];
      // Left edges further apart than a tenth of the width cannot overlap so much.
      if (other.x1 - box.x1 > (1 - ALIKE) * (box.x2 - box.x1)) break;
      if (other.class_id !== box.class_id || paired.has(other.id) || iou(box, other) < ALIKE)
        continue;
      pairs.push([box, other]);
      paired.add(box.id).add(other.id);
      break;
    }
  }
  return pairs;
}
