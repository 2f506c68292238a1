/** The boxes of one image: add, change and remove them inside gestures, undo, and observers. */

import { clipped, rounded } from './geometry.js';
import { createHistory } from './history.js';

/** @typedef {import('../../common/api.js').Box} Box */
/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {import('../../common/types.js').Size} Size */
/** @typedef {import('./history.js').Past} Past */
/** @typedef {import('./history.js').Delta} Delta */
/** @typedef {Box & {suggested?: boolean, source?: number|null, id?: number}} GivenBox */
/** @typedef {Partial<Omit<DocBox, 'id'>>} Patch */
/** @typedef {ReturnType<typeof createDocument>} BoxDocument */
/** @typedef {'moving'|'done'} Change 'done' means worth saving: a gesture ended. */

/**
 * Every edit lies between `begin` and `commit`: that bracket is one undo step, whatever time it
 * takes. `edit` is a bracket around one call. Boxes are immutable and in the order of their ids, so
 * undo brings each back to its place.
 * @param {Size} size of the image
 * @param {readonly GivenBox[]} initial
 * @param {Past} [past] the steps that led to `initial`, which then has its ids
 */
export function createDocument(size, initial, past) {
  let lastId = 0;
  for (const step of past ? [...past.done, ...past.undone] : [])
    for (const { id } of step.deltas) lastId = Math.max(lastId, id);
  for (const box of initial) lastId = Math.max(lastId, box.id ?? 0);

  /** @param {GivenBox} box @returns {DocBox} */
  const adopt = (box) => {
    const id = box.id ?? ++lastId;
    return Object.freeze({ ...box, suggested: box.suggested ?? false, id });
  };
  /** @type {readonly DocBox[]} */
  let boxes = initial.map(adopt).sort((a, b) => a.id - b.id);
  /** The boxes a gesture touched, as they were before it. @type {Map<number, DocBox|null>|null} */
  let touched = null;
  const history = createHistory(past);
  /** @type {Set<(change: Change, name: string) => void>} */
  const observers = new Set();

  /** @param {Change} change @param {string} name */
  const tell = (change, name = '') => {
    for (const observer of observers) observer(change, name);
  };

  /** @param {number|null|undefined} id */
  const find = (id) => {
    let [low, high] = [0, boxes.length];
    while (id != null && low < high) {
      const middle = (low + high) >> 1;
      if (boxes[middle].id < id) low = middle + 1;
      else high = middle;
    }
    return boxes[low]?.id === id ? boxes[low] : undefined;
  };

  /** @param {Map<number, DocBox|null>} changes */
  const replace = (changes) => {
    const next = [];
    const fresh = new Map(changes);
    for (const box of boxes) {
      const to = changes.get(box.id);
      if (to !== null) next.push(to ?? box);
      fresh.delete(box.id);
    }
    for (const box of fresh.values()) if (box) next.push(box);
    boxes = fresh.size ? next.sort((a, b) => a.id - b.id) : next;
  };

  /** @param {Map<number, DocBox|null>} changes */
  const put = (changes) => {
    if (!touched) throw new Error('a box changed outside a gesture');
    for (const id of changes.keys()) if (!touched.has(id)) touched.set(id, find(id) ?? null);
    replace(changes);
    tell('moving');
  };

  /** @param {Delta[]} deltas @param {'before'|'after'} side */
  const apply = (deltas, side) => replace(new Map(deltas.map((each) => [each.id, each[side]])));

  /** @param {readonly number[]} ids @param {(box: DocBox) => Patch} patchOf */
  const changeAll = (ids, patchOf) => {
    const changes = new Map();
    for (const id of ids) {
      const box = find(id);
      if (box) changes.set(id, Object.freeze(rounded(clipped({ ...box, ...patchOf(box) }, size))));
    }
    put(changes);
  };

  const begin = () => {
    if (touched) throw new Error('a gesture is open already');
    touched = new Map();
  };

  /** What the open gesture changed so far. @returns {Delta[]} */
  const deltas = () =>
    [...(touched ?? [])]
      .map(([id, before]) => ({ id, before, after: find(id) ?? null }))
      .filter(({ before, after }) => before !== after);

  const cancel = () => {
    if (!touched) return;
    const changed = deltas();
    touched = null;
    apply(changed, 'before');
    tell('done');
  };

  /** @param {string} name */
  const commit = (name) => {
    if (!touched) return;
    const changed = deltas();
    touched = null;
    if (changed.length) history.push({ name, deltas: changed });
    tell('done', changed.length ? name : '');
  };

  /** @param {'undo'|'redo'} way */
  const travel = (way) => {
    cancel();
    const step = history[way]();
    if (!step) return null;
    apply(step.deltas, way === 'undo' ? 'before' : 'after');
    tell('done', way === 'undo' ? 'Undo' : 'Redo');
    return step.name;
  };

  return {
    size,
    begin,
    cancel,
    commit,
    find,
    get boxes() {
      return boxes;
    },
    get busy() {
      return touched !== null;
    },
    get canUndo() {
      return history.canUndo;
    },
    get canRedo() {
      return history.canRedo;
    },
    /** How many steps could be undone. */
    get depth() {
      return history.depth;
    },
    get past() {
      return history.past;
    },
    /** @param {Box & {suggested?: boolean}} box @returns {number} id */
    add(box) {
      const made = adopt(rounded(clipped({ ...box, id: undefined }, size)));
      put(new Map([[made.id, made]]));
      return made.id;
    },
    /** @param {number} id @param {Patch} patch */
    change: (id, patch) => changeAll([id], () => patch),
    changeAll,
    /** @param {...number} ids */
    remove: (...ids) => put(new Map(ids.map((id) => [id, null]))),
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
    /** Everything on screen, for the draft. @returns {GivenBox[]} */
    everything: () => [...boxes],
    /** @param {(change: Change, name: string) => void} observer */
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
