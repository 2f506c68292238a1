/** How the model's boxes begin on an image, and what became of each of them at the end. */

/** @typedef {import('../../common/api.js').Box} Box */
/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {'accepted'|'changed'|'dismissed'|'left'|'unseen'} Outcome */

/** The boxes an assignment opens with: its own answer, the model's as suggestions, or those to correct.
 * @param {import('../../common/api.js').Assignment} assignment
 * @returns {import('./document.js').GivenBox[]} each knows which suggestion it began as */
export function initialBoxes(assignment) {
  if (assignment.boxes) return assignment.boxes;
  const suggested = assignment.suggested ?? [];
  // What is to be verified must be answered box by box, so it starts as a suggestion, too.
  if (!assignment.prelabelled || assignment.verify)
    return suggested.map((box, source) => ({ ...box, suggested: true, source }));
  return suggested.map(({ score: _, ...box }, source) => ({ ...box, source }));
}

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
 * What became of each suggestion, in their order.
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
