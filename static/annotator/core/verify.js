/** The order of checking proposed boxes one by one, and the way back. */

/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {'accepted'|'fixed'|'rejected'} Verdict */

/** Surest first: doubtful ones come when the eye is trained. @param {readonly DocBox[]} boxes */
const inOrder = (boxes) =>
  [...boxes].sort((a, b) => (b.score ?? 1) - (a.score ?? 1) || a.id - b.id);

/** What was decided on an image, in order. @param {readonly DocBox[]} proposed */
export function createVerdicts(proposed) {
  const order = inOrder(proposed);
  /** @type {{id: number, verdict: Verdict, depth: number}[]} */
  const given = [];

  return {
    order,
    /** @param {number} id */
    of: (id) => given.find((each) => each.id === id)?.verdict ?? null,
    /** The next one to ask about. @returns {DocBox|null} */
    next: () => order.find((box) => !given.some((each) => each.id === box.id)) ?? null,
    get count() {
      return given.length;
    },
    /** @param {number} id @param {Verdict} verdict @param {number} depth undo steps before it */
    give(id, verdict, depth) {
      given.push({ id, verdict, depth });
    },
    /** The last one, taken back. */
    takeBack: () => given.pop() ?? null,
  };
}
