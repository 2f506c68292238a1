/** The state of the canvas page: the open image, its boxes, what is selected and how it is shown. */

import { createLooks, isLocked, isShown } from './core/display.js';
import { createDocument } from './core/document.js';
import { contains } from './core/geometry.js';
import { hitTest } from './core/hittest.js';
import { createViewport } from './core/viewport.js';

/** @typedef {import('../common/types.js').DocBox} DocBox */
/** @typedef {import('../common/types.js').LabelClass} LabelClass */
/** @typedef {import('../common/types.js').Picture} Picture */
/** @typedef {import('../common/types.js').Point} Point */
/** @typedef {import('./core/document.js').BoxDocument} BoxDocument */
/** @typedef {ReturnType<typeof createEditor>} Editor */
/** @typedef {'draw'|'select'|'pan'} ToolName */
/** @typedef {{rect: import('./core/geometry.js').Rect, marks?: readonly import('./core/points.js').Mark[],
 *   marquee?: boolean}} DraftShape the box being drawn */

/** @param {LabelClass[]} classes @param {(name: string) => void} [onGesture] runs after every one */
export function createEditor(classes, onGesture = () => {}) {
  const viewport = createViewport();
  const byIndex = new Map(classes.map((entry, place) => [entry.index, { ...entry, place }]));
  /** @type {Set<() => void>} */
  const painters = new Set();
  /** @type {Set<() => void>} */
  const watchers = new Set();
  let doc = createDocument({ width: 1, height: 1 }, []);

  /** Where the pointer is on the screen: that stays when the view or the image changes under it.
   * @type {Point|null} */
  let pointerAt = null;

  const state = {
    picture: /** @type {Picture|null} */ (null),
    bitmap: /** @type {ImageBitmap|null} */ (null),
    /** The box keys act on first. */
    selectedId: /** @type {number|null} */ (null),
    /** All boxes keys act on. */
    chosen: /** @type {ReadonlySet<number>} */ (new Set()),
    /** Boxes under the last press, smallest first: Tab goes through them. */
    stack: /** @type {number[]} */ ([]),
    hoverId: /** @type {number|null} */ (null),
    tool: /** @type {ToolName} */ ('draw'),
    method: /** @type {import('../common/types.js').Method} */ ('clicks'),
    classId: classes[0]?.index ?? 0,
    /** The pointer in image pixels while it is over the canvas. @returns {Point|null} */
    get pointer() {
      return pointerAt && viewport.toImage(pointerAt);
    },
    set pointer(point) {
      pointerAt = point && viewport.toScreen(point);
    },
    /** A finger, not a mouse or pen: things beside it would be hidden by the hand. */
    finger: false,
    draftShape: /** @type {DraftShape|null} */ (null),
    /** An edge or corner that follows the pointer. @type {import('./core/geometry.js').Handle|null} */
    grabbed: /** @type {import('./core/geometry.js').Handle|null} */ (null),
    lastSize: /** @type {import('../common/types.js').Size|null} */ (null),
    crosshair: true,
    crosshairColor: '#ffffff',
    crosshairStrength: 0.9,
    magnifier: true,
    labels: /** @type {'names'|'numbers'|'none'} */ ('names'),
    brightness: 1,
    contrast: 1,
    editable: false,
    /** Class keys go on to the next box. */
    relabelling: false,
    looks: createLooks(),
  };

  const paint = () => {
    for (const painter of painters) painter();
  };
  const changed = () => {
    paint();
    for (const watcher of watchers) watcher();
  };

  /** @param {readonly number[]} ids @param {number|null} [first] */
  const choose = (ids, first = ids[0] ?? null) => {
    state.chosen = new Set(ids);
    state.selectedId = first;
  };

  /** @param {import('./core/document.js').Change} change @param {string} name */
  const onDocument = (change, name) => {
    if (change === 'moving') return paint();
    const left = [...state.chosen].filter((id) => doc.find(id));
    if (left.length < state.chosen.size || !doc.find(state.selectedId))
      choose(left, doc.find(state.selectedId) ? state.selectedId : left[0]);
    if (!doc.find(state.hoverId)) state.hoverId = null;
    changed();
    onGesture(name);
  };

  /** @type {{boxes: readonly DocBox[], looks: object, list: DocBox[]}} */
  let last = { boxes: [], looks: {}, list: [] };
  /** Immutable parts make a filter of ten thousand boxes worth keeping. */
  const shown = () => {
    if (last.boxes !== doc.boxes || last.looks !== state.looks) {
      const { looks } = state;
      last = { boxes: doc.boxes, looks, list: doc.boxes.filter((box) => isShown(box, looks)) };
    }
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
      return doc.find(state.selectedId);
    },
    /** All chosen boxes, in the order they were drawn. */
    get selection() {
      return doc.boxes.filter((box) => state.chosen.has(box.id));
    },
    /** Those of them that may be changed. */
    get changeable() {
      if (!state.editable) return [];
      return doc.boxes.filter((box) => state.chosen.has(box.id) && !isLocked(box, state.looks));
    },
    /** @param {number} index */
    classOf: (index) => byIndex.get(index),
    /** @param {DocBox} box */
    locked: (box) => isLocked(box, state.looks),
    /** The chosen box that a press there would move, the selected one first.
     * @param {Point} point in image pixels @returns {DocBox|null} */
    held(point) {
      const under = shown().filter(
        (box) => state.chosen.has(box.id) && !isLocked(box, state.looks) && contains(box, point),
      );
      return under.find((box) => box.id === state.selectedId) ?? under[0] ?? null;
    },
    /** @param {Point} point in image pixels */
    hit: (point) => {
      const boxes = state.looks.lockedAll
        ? []
        : shown().filter((box) => box.id === state.selectedId || !isLocked(box, state.looks));
      return hitTest(boxes, state.selectedId, point, viewport.scale);
    },
    /** Opens an image; its pixels may follow later.
     * @param {Picture} picture @param {readonly import('./core/document.js').GivenBox[]} boxes
     * @param {boolean} editable @param {import('./core/history.js').Past} [past] */
    open(picture, boxes, editable, past) {
      const size = { width: picture.width, height: picture.height };
      const { confidence, suggestions, onlyClass } = state.looks;
      doc = createDocument(size, boxes, past);
      doc.observe(onDocument);
      choose([]);
      Object.assign(state, {
        picture,
        bitmap: null,
        hoverId: null,
        draftShape: null,
        grabbed: null,
      });
      Object.assign(state, { editable, stack: [], relabelling: false });
      state.looks = { ...createLooks(), confidence, suggestions, onlyClass, lowest: confidence };
      viewport.setImage(size);
      changed();
    },
    close() {
      choose([]);
      Object.assign(state, { picture: null, bitmap: null, draftShape: null, editable: false });
      doc = createDocument({ width: 1, height: 1 }, []);
      changed();
    },
    /** @param {ImageBitmap} bitmap */
    show(bitmap) {
      state.bitmap = bitmap;
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
    /** @param {Partial<typeof state>} patch */
    set(patch) {
      Object.assign(state, patch);
      changed();
    },
    /** @param {Partial<import('./core/display.js').Looks>} patch */
    look(patch) {
      state.looks = { ...state.looks, ...patch };
      state.looks.lowest = Math.min(state.looks.lowest, state.looks.confidence);
      changed();
    },
    /** Runs on every repaint. @param {() => void} painter */
    onPaint: (painter) => painters.add(painter),
    /** Runs when panels must follow: selection, tool, finished gestures. @param {() => void} watcher */
    onChange: (watcher) => watchers.add(watcher),
  };
}
