/** Drags the view. */

/** @typedef {import('./pointer.js').Press} Press */
/** @typedef {import('../editor.js').Editor} Editor */

/** @param {Editor} editor */
export function createPanTool(editor) {
  /** @type {import('../../common/types.js').Point|null} */
  let last = null;
  return {
    /** @param {Press} press */
    down(press) {
      last = press.screen;
    },
    /** @param {Press} press */
    move(press) {
      if (!last) return;
      editor.viewport.panBy(press.screen.x - last.x, press.screen.y - last.y);
      last = press.screen;
      editor.paint();
    },
    up() {
      last = null;
    },
    cancel() {
      last = null;
    },
    cursor: () => (last ? 'grabbing' : 'grab'),
  };
}
