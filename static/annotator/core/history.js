/** Undo and redo of gestures; a step tells only what it changed, so that a draft can keep them all. */

/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {{id: number, before: DocBox|null, after: DocBox|null}} Delta */
/** @typedef {{name: string, deltas: Delta[]}} Step */
/** @typedef {{done: Step[], undone: Step[]}} Past the way back to the opening of the image */

/** @param {Past} [past] from a draft */
export function createHistory(past = { done: [], undone: [] }) {
  const done = [...past.done];
  const undone = [...past.undone];

  return {
    /** @param {Step} step */
    push(step) {
      done.push(step);
      undone.length = 0;
    },
    undo() {
      const step = done.pop();
      if (step) undone.push(step);
      return step;
    },
    redo() {
      const step = undone.pop();
      if (step) done.push(step);
      return step;
    },
    get canUndo() {
      return done.length > 0;
    },
    get canRedo() {
      return undone.length > 0;
    },
    get depth() {
      return done.length;
    },
    /** @returns {Past} */
    get past() {
      return { done: [...done], undone: [...undone] };
    },
  };
}
