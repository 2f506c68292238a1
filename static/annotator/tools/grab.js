/** Lets an edge or corner that a key grabbed follow the pointer, as one undo step. */

import { OWN } from '../commands/common.js';
import { bigEnough, height, resized, width } from '../core/geometry.js';

/** @param {import('../editor.js').Editor} editor */
export function createGrabTool(editor) {
  const { drawing } = editor.state;
  /** The pointer moved since the grab: only then does the edge jump to it. */
  let following = false;

  const letGo = () => {
    const box = editor.selected;
    if (following && editor.doc.busy) {
      if (box && bigEnough(box)) {
        drawing.lastSize = { width: width(box), height: height(box) };
        editor.doc.commit('Resize');
      } else editor.doc.cancel();
    }
    following = false;
  };
  // The same key again, Enter, and whatever else ends the grab: what was moved is kept.
  editor.onChange(() => {
    if (!drawing.grabbed && following) letGo();
  });

  return {
    /** @param {import('./pointer.js').Press} _press */
    down: (_press) => {},
    /** @param {import('./pointer.js').Press} press */
    move(press) {
      const box = editor.selected;
      if (!box || !drawing.grabbed) return;
      if (!following) {
        following = true;
        editor.doc.begin();
      }
      const { x1, y1, x2, y2 } = resized(box, drawing.grabbed, press.image, editor.doc.size);
      editor.doc.change(box.id, { x1, y1, x2, y2, ...OWN });
    },
    /** @param {import('./pointer.js').Press} _press */
    up(_press) {
      editor.set('drawing', { grabbed: null });
    },
    cancel() {
      if (following) editor.doc.cancel();
      following = false;
      editor.set('drawing', { grabbed: null });
    },
    cursor: () => 'crosshair',
  };
}
