/** The canvas page: the open image with its boxes, its state, and who follows them. */

import { createVisibility, isLocked, isShown } from './core/display.js';
import { createDocument } from './core/document.js';
import { contains } from './core/geometry.js';
import { hitTest } from './core/hittest.js';
import { createState } from './core/state.js';
import { createViewport } from './core/viewport.js';

/** @typedef {import('../common/types.js').DocBox} DocBox */
/** @typedef {import('../common/api.js').LabelClass} LabelClass */
/** @typedef {import('../common/api.js').Picture} Picture */
/** @typedef {import('../common/types.js').Point} Point */
/** @typedef {import('./core/document.js').BoxDocument} BoxDocument */
/** @typedef {ReturnType<typeof createEditor>} Editor */

/** @param {LabelClass[]} classes @param {(name: string) => void} [onGesture] runs after every one */
export function createEditor(classes, onGesture = () => {}) {
  const viewport = createViewport();
  const byIndex = new Map(classes.map((entry, place) => [entry.index, { ...entry, place }]));
  /** @type {Set<() => void>} */
  const painters = new Set();
  /** @type {Set<() => void>} */
  const watchers = new Set();
  let doc = createDocument({ width: 1, height: 1 }, []);

  const state = createState(viewport, classes[0]?.index ?? 0);
  const { selection, view, drawing, display } = state;
  /** Counts changes of what is displayed. */
  let revision = 0;

  const paint = () => {
    for (const painter of painters) painter();
  };
  const changed = () => {
    paint();
    for (const watcher of watchers) watcher();
  };

  /** @param {readonly number[]} ids @param {number|null} [first] */
  const choose = (ids, first = ids[0] ?? null) => {
    selection.chosen = new Set(ids);
    selection.selectedId = first;
  };

  /** @param {import('./core/document.js').Change} change @param {string} name */
  const onDocument = (change, name) => {
    if (change === 'moving') return paint();
    const left = [...selection.chosen].filter((id) => doc.find(id));
    if (left.length < selection.chosen.size || !doc.find(selection.selectedId))
      choose(left, doc.find(selection.selectedId) ? selection.selectedId : left[0]);
    if (!doc.find(selection.hoverId)) selection.hoverId = null;
    changed();
    onGesture(name);
  };

  /** @type {{boxes: readonly DocBox[], revision: number, list: DocBox[]}} */
  let last = { boxes: [], revision: -1, list: [] };
  /** A filter of ten thousand boxes is worth keeping while nothing has changed. */
  const shown = () => {
    const { boxes } = doc;
    if (last.boxes !== boxes || last.revision !== revision)
      last = { boxes, revision, list: boxes.filter((box) => isShown(box, display)) };
    return last.list;
  };

  return {
    classes,
    viewport,
    state,
    paint,
    changed,
    shown,
    get doc() {
      return doc;
    },
    get selected() {
      return doc.find(selection.selectedId);
    },
    /** All chosen boxes, in the order they were drawn. */
    get selection() {
      return doc.boxes.filter((box) => selection.chosen.has(box.id));
    },
    /** Those of them that may be changed. */
    get changeable() {
      if (!drawing.editable) return [];
      return doc.boxes.filter((box) => selection.chosen.has(box.id) && !isLocked(box, display));
    },
    /** @param {number} index */
    classOf: (index) => byIndex.get(index),
    /** @param {DocBox} box */
    locked: (box) => isLocked(box, display),
    /** The chosen box that a press there would move, the selected one first.
     * @param {Point} point in image pixels @returns {DocBox|null} */
    held(point) {
      const under = shown().filter(
        (box) => selection.chosen.has(box.id) && !isLocked(box, display) && contains(box, point),
      );
      return under.find((box) => box.id === selection.selectedId) ?? under[0] ?? null;
    },
    /** @param {Point} point in image pixels */
    hit: (point) => {
      const boxes = display.lockedAll
        ? []
        : shown().filter((box) => box.id === selection.selectedId || !isLocked(box, display));
      return hitTest(boxes, selection.selectedId, point, viewport.scale);
    },
    /** Opens an image; its pixels may follow later.
     * @param {Picture} picture @param {readonly import('./core/document.js').GivenBox[]} boxes
     * @param {boolean} editable @param {import('./core/history.js').Past} [past] */
    open(picture, boxes, editable, past) {
      const size = { width: picture.width, height: picture.height };
      doc = createDocument(size, boxes, past);
      doc.observe(onDocument);
      choose([]);
      Object.assign(selection, { hoverId: null, stack: [] });
      Object.assign(view, { picture, bitmap: null });
      Object.assign(drawing, { editable, draftShape: null, grabbed: null, relabelling: false });
      const { confidence, suggestions, onlyClass } = display;
      const kept = { confidence, suggestions, onlyClass, lowest: confidence };
      Object.assign(display, createVisibility(), kept);
      revision += 1;
      viewport.setImage(size);
      changed();
    },
    close() {
      choose([]);
      Object.assign(view, { picture: null, bitmap: null });
      Object.assign(drawing, { draftShape: null, editable: false });
      doc = createDocument({ width: 1, height: 1 }, []);
      changed();
    },
    /** @param {ImageBitmap} bitmap */
    show(bitmap) {
      view.bitmap = bitmap;
      changed();
    },
    /** One box or none. @param {number|null|undefined} id */
    select(id) {
      choose(id == null ? [] : [id]);
      changed();
    },
    /** Several boxes. @param {readonly number[]} ids @param {number|null} [first] */
    choose(ids, first) {
      choose(ids, first);
      changed();
    },
    /** @template {keyof import('./core/state.js').State} Part
     * @param {Part} part @param {Partial<import('./core/state.js').State[Part]>} patch */
    set(part, patch) {
      Object.assign(state[part], patch);
      if (part === 'display') {
        revision += 1;
        display.lowest = Math.min(display.lowest, display.confidence);
      }
      changed();
    },
    /** Runs on every repaint. @param {() => void} painter */
    onPaint: (painter) => painters.add(painter),
    /** Runs when panels must follow: selection, tool, finished gestures. @param {() => void} watcher */
    onChange: (watcher) => watchers.add(watcher),
  };
}
