/** What a reviewer thinks of the pictures of one page: marks, the cursor, and undo. Pure.
 *
 * A mark is this page's until it is sent; one that the server has stays on the page, decided. */

/** @typedef {import('../../common/api.js').Mark} Mark */
/** @typedef {ReturnType<typeof createMarks>} Marks */

/** @param {number[]} ids labels of the page, in order @param {[number, Mark][]} [known] */
export function createMarks(ids, known = []) {
  /** @type {Map<number, Mark>} */
  const marks = new Map(known.filter(([id]) => ids.includes(id)));
  /** Those that the server has. @type {Set<number>} */
  const stored = new Set();
  /** @type {[number, Mark|undefined][][]} what stood there before each step */
  let past = [];
  let cursor = 0;

  /** @param {[number, Mark][]} changes */
  const apply = (changes) => {
    past.push(changes.map(([id]) => [id, marks.get(id)]));
    for (const [id, mark] of changes) marks.set(id, mark);
  };
  const untouched = () => ids.filter((id) => !marks.has(id));
  const goOn = () => {
    const after = ids.findIndex((other, place) => place > cursor && !marks.has(other));
    const first = ids.findIndex((other) => !marks.has(other));
    if (after >= 0 || first >= 0) cursor = after >= 0 ? after : first;
  };

  return {
    ids,
    get cursor() {
      return cursor;
    },
    get current() {
      return ids[cursor];
    },
    get canUndo() {
      return past.length > 0;
    },
    untouched,
    /** @param {number} id */
    of: (id) => marks.get(id),
    /** @param {number} id */
    isStored: (id) => stored.has(id),
    /** Those that are still to be sent. */
    entries: () => [...marks.entries()].filter(([id]) => !stored.has(id)),
    /** @param {Mark['verdict']} verdict */
    count: (verdict) => [...marks.values()].filter((mark) => mark.verdict === verdict).length,
    /** @param {number} place */
    moveTo(place) {
      cursor = Math.min(Math.max(place, 0), Math.max(ids.length - 1, 0));
    },
    /** Marks the picture under the cursor and goes to the next that nobody has looked at.
     * @param {Mark} mark */
    mark(mark) {
      const id = ids[cursor];
      if (id === undefined || stored.has(id)) return;
      apply([[id, mark]]);
      goOn();
    },
    /** The server has this one. @param {number} id @param {Mark} mark */
    store(id, mark) {
      past = past.filter((step) => step.every(([other]) => other !== id));
      marks.set(id, mark);
      stored.add(id);
      if (ids[cursor] === id) goOn();
    },
    /** The server has given it back. @param {number} id */
    takeBack(id) {
      stored.delete(id);
      marks.delete(id);
      cursor = Math.max(ids.indexOf(id), 0);
    },
    markRest() {
      const rest = untouched();
      if (rest.length) apply(rest.map((id) => [id, { verdict: 'right', reason: '' }]));
      return rest.length;
    },
    undo() {
      const step = past.pop();
      if (!step) return false;
      for (const [id, mark] of step) {
        if (mark) marks.set(id, mark);
        else marks.delete(id);
      }
      cursor = ids.indexOf(step[0][0]);
      return true;
    },
  };
}
