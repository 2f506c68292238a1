/** The boxes of one image: add, change and remove them inside gestures, undo, and observers. */

import { clipped, rounded } from './geometry.js';
import { createHistory } from './history.js';

/** @typedef {import('../../common/types.js').Box} Box */
/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {import('../../common/types.js').Size} Size */
/** @typedef {ReturnType<typeof createDocument>} BoxDocument */
/** @typedef {'moving'|'settled'} Change 'settled' means worth saving: a gesture ended. */

/**
 * Every edit lies between `begin` and `commit`: that bracket is one undo step, whatever time it
 * takes. `edit` is a bracket around one call.
 * @param {Size} size of the image
 * @param {(Box & {suggested?: boolean})[]} initial
 */
export function createDocument(size, initial) {
  let lastId = 0;
  /** @param {Box & {suggested?: boolean}} box @returns {DocBox} */
  const adopt = (box) => {
    lastId += 1;
    return Object.freeze({ ...box, suggested: box.suggested ?? false, id: lastId });
  };
  /** @type {readonly DocBox[]} */
  let boxes = initial.map(adopt);
  /** @type {readonly DocBox[] | null} */
  let before = null;
  /** @type {ReturnType<typeof createHistory<readonly DocBox[]>>} */
  const history = createHistory();
  /** @type {Set<(change: Change) => void>} */
  const observers = new Set();

  /** @param {Change} change */
  const tell = (change) => {
    for (const observer of observers) observer(change);
  };

  /** @param {readonly DocBox[]} next */
  const set = (next) => {
    if (!before) throw new Error('a box changed outside a gesture');
    boxes = next;
    tell('moving');
  };

  const begin = () => {
    if (before) throw new Error('a gesture is open already');
    before = boxes;
  };

  const cancel = () => {
    if (!before) return;
    boxes = before;
    before = null;
    tell('settled');
  };

  /** @param {string} name */
  const commit = (name) => {
    if (!before) return;
    if (before !== boxes) history.push({ before, after: boxes, name });
    before = null;
    tell('settled');
  };

  /** @param {'undo'|'redo'} way */
  const travel = (way) => {
    cancel();
    const step = history[way]();
    if (!step) return null;
    boxes = way === 'undo' ? step.before : step.after;
    tell('settled');
    return step.name;
  };

  return {
    size,
    begin,
    cancel,
    commit,
    get boxes() {
      return boxes;
    },
    get busy() {
      return before !== null;
    },
    get canUndo() {
      return history.canUndo;
    },
    get canRedo() {
      return history.canRedo;
    },
    /** @param {number|null} id */
    find: (id) => boxes.find((box) => box.id === id),
    /** @param {Box} box @returns {number} id */
    add(box) {
      const made = adopt(rounded(clipped(box, size)));
      set([...boxes, made]);
      return made.id;
    },
    /** @param {number} id @param {Partial<Omit<DocBox, 'id'>>} patch */
    change(id, patch) {
      set(
        boxes.map((box) =>
          box.id === id ? Object.freeze(rounded(clipped({ ...box, ...patch }, size))) : box,
        ),
      );
    },
    /** @param {number} id */
    remove(id) {
      set(boxes.filter((box) => box.id !== id));
    },
    /** @template T @param {string} name @param {() => T} act @returns {T} */
    edit(name, act) {
      begin();
      const result = act();
      commit(name);
      return result;
    },
    undo: () => travel('undo'),
    redo: () => travel('redo'),
    /** The boxes that count as the answer, in the form of the API. @returns {Box[]} */
    answer: () => boxes.filter((box) => !box.suggested).map(toWire),
    /** Everything on screen, for the draft. */
    everything: () => boxes.map((box) => ({ ...toWire(box), suggested: box.suggested })),
    /** @param {(change: Change) => void} observer */
    observe(observer) {
      observers.add(observer);
      return () => observers.delete(observer);
    },
  };
}

/** @param {DocBox} box @returns {Box} */
function toWire({ class_id, x1, y1, x2, y2, score }) {
  const wire = { class_id, x1, y1, x2, y2 };
  return score === undefined ? wire : { ...wire, score };
}
