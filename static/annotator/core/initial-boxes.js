/** The boxes a seat opens with: its own answer, the model's as suggestions, or those to correct. */

/** @param {import('../../common/types.js').Assignment} seat
 * @returns {import('./document.js').GivenBox[]} each knows which suggestion it began as */
export function startingBoxes(seat) {
  if (seat.boxes) return seat.boxes;
  const suggested = seat.suggested ?? [];
  // What is to be verified must be answered box by box, so it starts as a suggestion, too.
  if (!seat.prelabelled || seat.verify)
    return suggested.map((box, source) => ({ ...box, suggested: true, source }));
  return suggested.map(({ score: _, ...box }, source) => ({ ...box, source }));
}
