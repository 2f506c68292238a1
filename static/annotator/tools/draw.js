/** Draws a box by press, drag and release, or by two clicks. */

import { bigEnough, clamp, fromCorners, height, width } from '../core/geometry.js';
import { createSelectTool } from './select.js';

/** @typedef {import('../pointer.js').Press} Press */
/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../editor.js').Editor} Editor */

/** @param {Editor} editor @param {(text: string) => void} say */
export function createDrawTool(editor, say) {
  const select = createSelectTool(editor);
  /** @type {Point|null} */
  let corner = null;
  /** Set between the two clicks of a box. */
  let waiting = false;
  /** @type {number|null} the box whose line was pressed: a click there picks it */
  let pick = null;
  let reshaping = false;

  /** @param {Point} point @returns {Point} */
  const inside = ({ x, y }) => ({
    x: clamp(x, 0, editor.doc.size.width),
    y: clamp(y, 0, editor.doc.size.height),
  });

  const reset = () => {
    corner = null;
    waiting = false;
    pick = null;
    editor.state.making = null;
  };

  /** @param {Point} far */
  const finish = (far) => {
    const near = /** @type {Point} */ (corner);
    const box = fromCorners(near, inside(far));
    reset();
    if (!bigEnough(box)) return editor.changed();
    const { classId } = editor.state;
    const id = editor.doc.edit('Draw', () => editor.doc.add({ ...box, class_id: classId }));
    editor.state.lastSize = { width: width(box), height: height(box) };
    editor.select(id);
    say(`${editor.classOf(classId)?.name ?? 'Box'} drawn`);
  };

  return {
    /** @param {Press} press */
    down(press) {
      if (!editor.state.editable || waiting) return;
      // Shift forces a new box where a handle or a line would be taken otherwise.
      const hit = press.shift ? null : editor.hit(press.image);
      if (hit?.kind === 'handle') {
        reshaping = true;
        return select.down(press);
      }
      pick = hit?.onEdge ? hit.box.id : null;
      corner = inside(press.image);
      editor.select(pick);
    },
    /** @param {Press} press */
    move(press) {
      if (reshaping) return select.move(press);
      if (!corner || (!press.dragged && !waiting)) return;
      if (pick !== null) {
        pick = null;
        editor.state.selectedId = null;
      }
      editor.state.making = fromCorners(corner, inside(press.image));
      editor.paint();
    },
    /** @param {Press} press */
    up(press) {
      if (reshaping) {
        reshaping = false;
        return select.up();
      }
      if (!corner) return;
      if (waiting || press.dragged) return finish(press.image);
      if (pick !== null) return reset();
      waiting = true;
      editor.state.making = fromCorners(corner, corner);
      editor.changed();
    },
    cancel() {
      if (reshaping) select.cancel();
      reshaping = false;
      reset();
      editor.changed();
    },
    get busy() {
      return corner !== null || reshaping;
    },
    /** @param {Press} press */
    cursor(press) {
      const hit = corner || press.shift ? null : editor.hit(press.image);
      if (hit?.kind === 'handle') return select.cursor(press);
      if (hit?.onEdge) return 'pointer';
      return editor.state.crosshair ? 'none' : 'crosshair';
    },
  };
}
