/** What the canvas page knows besides the boxes: selection, view, drawing and display. */

import { createDisplay } from './display.js';

/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../../common/api.js').Picture} Picture */
/** @typedef {'draw'|'select'|'pan'} ToolName */
/** @typedef {{rect: import('./geometry.js').Rect, marks?: readonly import('./points.js').Mark[],
 *   marquee?: boolean}} DraftShape the box being drawn */
/** @typedef {ReturnType<typeof createState>} State */

/** @param {import('./viewport.js').Viewport} viewport @param {number} classId of the first box */
export function createState(viewport, classId) {
  /** Where the pointer is on the screen: that stays when the view or the image changes under it.
   * @type {Point|null} */
  let pointerAt = null;

  return {
    selection: {
      /** The box keys act on first. */
      selectedId: /** @type {number|null} */ (null),
      /** All boxes keys act on. */
      chosen: /** @type {ReadonlySet<number>} */ (new Set()),
      /** Boxes under the last press, smallest first: Tab goes through them. */
      stack: /** @type {number[]} */ ([]),
      hoverId: /** @type {number|null} */ (null),
    },
    view: {
      picture: /** @type {Picture|null} */ (null),
      bitmap: /** @type {ImageBitmap|null} */ (null),
      /** The pointer in image pixels while it is over the canvas. @returns {Point|null} */
      get pointer() {
        return pointerAt && viewport.toImage(pointerAt);
      },
      set pointer(point) {
        pointerAt = point && viewport.toScreen(point);
      },
      /** A finger, not a mouse or pen: things beside it would be hidden by the hand. */
      finger: false,
    },
    drawing: {
      editable: false,
      tool: /** @type {ToolName} */ ('draw'),
      method: /** @type {import('../../common/types.js').Method} */ ('clicks'),
      classId,
      draftShape: /** @type {DraftShape|null} */ (null),
      /** An edge or corner that follows the pointer. */
      grabbed: /** @type {import('./geometry.js').Handle|null} */ (null),
      lastSize: /** @type {import('../../common/types.js').Size|null} */ (null),
      /** Class keys go on to the next box. */
      relabelling: false,
    },
    display: createDisplay(),
  };
}
