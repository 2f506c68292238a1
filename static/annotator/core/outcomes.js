/** What became of each suggestion, told from the boxes as they stand at the end. */

/** @typedef {import('../../common/types.js').Box} Box */
/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {'accepted'|'changed'|'dismissed'|'left'|'unseen'} Outcome */

/** Coordinates are kept to a tenth of a pixel, so a rounded box is still the same box. */
const SAME = 0.051;

/** @param {Box} a @param {Box} b */
const alike = (a, b) =>
  a.class_id === b.class_id &&
  Math.abs(a.x1 - b.x1) < SAME &&
  Math.abs(a.y1 - b.y1) < SAME &&
  Math.abs(a.x2 - b.x2) < SAME &&
  Math.abs(a.y2 - b.y2) < SAME;

/**
 * One for each suggestion, in their order.
 * @param {readonly Box[]} suggested as the server sent them
 * @param {readonly DocBox[]} boxes
 * @param {number} lowest confidence from which they were shown at any time
 * @returns {Outcome[]}
 */
export function outcomes(suggested, boxes, lowest) {
  /** @type {Map<number, DocBox>} */
  const bySource = new Map();
  for (const box of boxes) if (box.source != null) bySource.set(box.source, box);
  return suggested.map((proposal, place) => {
    const box = bySource.get(place);
    if (!box) return 'dismissed';
    if (box.suggested) return (proposal.score ?? 1) < lowest ? 'unseen' : 'left';
    return alike(box, proposal) ? 'accepted' : 'changed';
  });
}
