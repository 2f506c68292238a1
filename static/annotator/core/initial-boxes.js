/** The boxes an assignment opens with: its own answer, the model's as suggestions, or those to correct. */

/** @param {import('../../common/types.js').Assignment} assignment
 * @returns {import('./document.js').GivenBox[]} each knows which suggestion it began as */
export function initialBoxes(assignment) {
  if (assignment.boxes) return assignment.boxes;
  const suggested = assignment.suggested ?? [];
  // What is to be verified must be answered box by box, so it starts as a suggestion, too.
  if (!assignment.prelabelled || assignment.verify)
    return suggested.map((box, source) => ({ ...box, suggested: true, source }));
  return suggested.map(({ score: _, ...box }, source) => ({ ...box, source }));
}
