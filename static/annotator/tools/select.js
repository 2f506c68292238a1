/** Picks, moves and resizes boxes; a drag on nothing moves the view. */

import { bigEnough, height, moved, resized, width } from '../core/geometry.js';
import { createPanTool } from './pan.js';

/** @typedef {import('../pointer.js').Press} Press */
/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {import('../core/geometry.js').Handle} Handle */
/** @typedef {import('../editor.js').Editor} Editor */

/** @type {Record<Handle, string>} */
export const HANDLE_CURSORS = {
  nw: 'nwse-resize',
  se: 'nwse-resize',
  ne: 'nesw-resize',
  sw: 'nesw-resize',
  n: 'ns-resize',
  s: 'ns-resize',
  e: 'ew-resize',
  w: 'ew-resize',
};

/** @param {Editor} editor */
export function createSelectTool(editor) {
  const pan = createPanTool(editor);
  /** @type {{kind: 'move', box: DocBox, from: import('../../common/types.js').Point}
   *   | {kind: 'resize', box: DocBox, handle: Handle} | {kind: 'pan'} | null} */
  let drag = null;

  const end = () => {
    if (!drag) return;
    if (drag.kind === 'pan') pan.up();
    else if (editor.doc.busy) {
      const box = editor.doc.find(drag.box.id);
      if (box && bigEnough(box)) {
        editor.state.lastSize = { width: width(box), height: height(box) };
        editor.doc.commit(drag.kind === 'move' ? 'Move' : 'Resize');
      } else editor.doc.cancel();
    }
    drag = null;
  };

  return {
    /** @param {Press} press */
    down(press) {
      const hit = editor.hit(press.image);
      if (!hit) {
        editor.select(null);
        drag = { kind: 'pan' };
        pan.down(press);
        return;
      }
      if (hit.box.id !== editor.state.selectedId) editor.select(hit.box.id);
      if (!editor.state.editable) return;
      drag =
        hit.kind === 'handle'
          ? { kind: 'resize', box: hit.box, handle: hit.handle }
          : { kind: 'move', box: hit.box, from: press.image };
    },
    /** @param {Press} press */
    move(press) {
      if (!drag) return;
      if (drag.kind === 'pan') return pan.move(press);
      // A press that does not travel is a choice, not a move of one pixel.
      if (!press.dragged) return;
      if (!editor.doc.busy) editor.doc.begin();
      const { id, ...before } = drag.box;
      const after =
        drag.kind === 'move'
          ? moved(before, press.image.x - drag.from.x, press.image.y - drag.from.y, editor.doc.size)
          : resized(before, drag.handle, press.image, editor.doc.size);
      // Touching a suggestion makes it the person's own box.
      editor.doc.change(id, { ...after, suggested: false, score: undefined });
    },
    up: end,
    cancel() {
      editor.doc.cancel();
      pan.cancel();
      drag = null;
    },
    /** @param {Press} press */
    cursor(press) {
      if (drag?.kind === 'pan') return 'grabbing';
      const hit = editor.hit(press.image);
      if (hit?.kind === 'handle' && editor.state.editable) return HANDLE_CURSORS[hit.handle];
      return hit ? 'move' : 'default';
    },
  };
}
