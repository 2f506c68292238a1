/** The state of the canvas page: the open image, its boxes, what is selected and how it is shown. */

import { createDocument } from './core/document.js';
import { hitTest } from './core/hittest.js';
import { createViewport } from './core/viewport.js';

/** @typedef {import('../common/types.js').Box} Box */
/** @typedef {import('../common/types.js').DocBox} DocBox */
/** @typedef {import('../common/types.js').LabelClass} LabelClass */
/** @typedef {import('../common/types.js').Picture} Picture */
/** @typedef {import('../common/types.js').Point} Point */
/** @typedef {import('./core/document.js').BoxDocument} BoxDocument */
/** @typedef {ReturnType<typeof createEditor>} Editor */
/** @typedef {'draw'|'select'|'pan'} ToolName */

/** @param {LabelClass[]} classes */
export function createEditor(classes) {
  const viewport = createViewport();
  /** @type {Set<() => void>} */
  const painters = new Set();
  /** @type {Set<() => void>} */
  const watchers = new Set();
  /** @type {Set<() => void>} */
  const savers = new Set();
  let doc = createDocument({ width: 1, height: 1 }, []);

  const state = {
    picture: /** @type {Picture|null} */ (null),
    bitmap: /** @type {ImageBitmap|null} */ (null),
    selectedId: /** @type {number|null} */ (null),
    hoverId: /** @type {number|null} */ (null),
    tool: /** @type {ToolName} */ ('draw'),
    classId: classes[0]?.index ?? 0,
    /** The pointer in image pixels while it is over the canvas. */
    pointer: /** @type {Point|null} */ (null),
    /** The box in the making. */
    making: /** @type {import('./core/geometry.js').Rect|null} */ (null),
    lastSize: /** @type {import('../common/types.js').Size|null} */ (null),
    crosshair: true,
    labels: true,
    hidden: false,
    suggestions: true,
    editable: false,
  };

  const paint = () => {
    for (const painter of painters) painter();
  };
  const changed = () => {
    paint();
    for (const watcher of watchers) watcher();
  };

  /** @param {import('./core/document.js').Change} change */
  const onDocument = (change) => {
    if (change === 'moving') return paint();
    if (!doc.find(state.selectedId)) state.selectedId = null;
    if (!doc.find(state.hoverId)) state.hoverId = null;
    changed();
    for (const saver of savers) saver();
  };

  const shown = () =>
    state.hidden ? [] : doc.boxes.filter((box) => state.suggestions || !box.suggested);

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
    /** @param {number} index */
    classOf: (index) => classes.find((entry) => entry.index === index),
    /** @param {Point} point in image pixels */
    hit: (point) => hitTest(shown(), state.selectedId, point, viewport.scale),
    /** Opens an image; its pixels may follow later.
     * @param {Picture} picture @param {(Box & {suggested?: boolean})[]} boxes
     * @param {boolean} editable */
    open(picture, boxes, editable) {
      const size = { width: picture.width, height: picture.height };
      doc = createDocument(size, boxes);
      doc.observe(onDocument);
      Object.assign(state, {
        picture,
        bitmap: null,
        selectedId: null,
        hoverId: null,
        making: null,
        hidden: false,
        editable,
      });
      viewport.setImage(size);
      changed();
    },
    close() {
      Object.assign(state, {
        picture: null,
        bitmap: null,
        selectedId: null,
        making: null,
        editable: false,
      });
      doc = createDocument({ width: 1, height: 1 }, []);
      changed();
    },
    /** @param {ImageBitmap} bitmap */
    show(bitmap) {
      state.bitmap = bitmap;
      paint();
    },
    /** @param {number|null} id */
    select(id) {
      state.selectedId = id;
      changed();
    },
    /** @param {Partial<typeof state>} patch */
    set(patch) {
      Object.assign(state, patch);
      changed();
    },
    /** Runs on every repaint. @param {() => void} painter */
    onPaint: (painter) => painters.add(painter),
    /** Runs when panels must follow: selection, tool, finished gestures. @param {() => void} watcher */
    onChange: (watcher) => watchers.add(watcher),
    /** Runs after every gesture. @param {() => void} saver */
    onGesture: (saver) => savers.add(saver),
  };
}
