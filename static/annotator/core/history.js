/** Undo and redo of gestures; a step is the state before it and the state after it. */

/**
 * @template T
 * @typedef {{before: T, after: T, name: string}} Step
 */

/** States must be immutable: a step keeps them, it does not copy them. @template T */
export function createHistory() {
  /** @type {Step<T>[]} */
  const done = [];
  /** @type {Step<T>[]} */
  const undone = [];

  return {
    /** @param {Step<T>} step */
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
  };
}
