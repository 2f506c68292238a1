/** Draws a box by dragging, by two clicks, or by the four outermost points of the object. */

import { bigEnough, clamp, fromCorners, height, width } from '../core/geometry.js';
import { boxOf, ENOUGH } from '../core/points.js';
import { snapped } from '../core/snap.js';
import { createSelectTool } from './select.js';

/** @typedef {import('../pointer.js').Press} Press */
/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../core/points.js').Mark} Mark */

const SNAP_REACH = 5;

/** @param {import('../editor.js').Editor} editor @param {import('../commands/index.js').Commands} commands
 * @param {(text: string) => void} say */
export function createDrawTool(editor, commands, say) {
  const { state } = editor;
  const select = createSelectTool(editor, commands);
  /** Of two corners, the first. @type {Point|null} */
  let corner = null;
  /** Set between the two clicks of a box. */
  let waiting = false;
  /** Of four points, those placed. @type {Mark[]} */
  let marks = [];
  /** @type {number|null} the box whose line was pressed: a click there picks it */
  let pick = null;
  let reshaping = false;
  /** How the box being added was drawn. @type {import('../../common/types.js').Method|null} */
  let way = null;
  /** What was chosen before the press. @type {readonly number[]} */
  let before = [];

  /** In the image, and on a suggestion's edge where one is close; Ctrl keeps it off.
   * @param {{image: Point, ctrl: boolean}} press @returns {Point} */
  const placed = ({ image, ctrl }) => {
    const { width: w, height: h } = editor.doc.size;
    const inside = { x: clamp(image.x, 0, w), y: clamp(image.y, 0, h) };
    const proposals = ctrl ? [] : editor.shown().filter((box) => box.suggested);
    return proposals.length
      ? snapped(inside, proposals, SNAP_REACH / editor.viewport.scale)
      : inside;
  };

  const reset = () => {
    corner = null;
    waiting = false;
    marks = [];
    pick = null;
    state.making = null;
  };

  /** @param {import('../core/geometry.js').Rect} box @param {import('../../common/types.js').Method} by */
  const finish = (box, by) => {
    reset();
    if (!bigEnough(box)) return editor.changed();
    const { classId } = state;
    state.lastSize = { width: width(box), height: height(box) };
    way = by;
    const id = editor.doc.edit('Draw', () => editor.doc.add({ ...box, class_id: classId }));
    way = null;
    editor.select(id);
    say(`${editor.classOf(classId)?.name ?? 'Box'} drawn`);
  };

  /** @param {Point|null} pointer */
  const preview = (pointer) => {
    if (corner && pointer) state.making = { rect: fromCorners(corner, pointer) };
    else if (marks.length) state.making = { rect: boxOf(marks, pointer), marks };
    editor.paint();
  };

  /** @param {Mark} mark */
  const place = (mark) => {
    marks = [...marks.filter((other) => !mark.side || other.side !== mark.side), mark];
    if (marks.length >= ENOUGH) return finish(boxOf(marks, null), 'points');
    state.making = { rect: boxOf(marks, state.pointer), marks };
    editor.changed();
  };

  return {
    /** @param {Press} press */
    down(press) {
      if (!state.editable || waiting || marks.length) return;
      before = [...state.chosen];
      // Shift forces a new box where a handle or a line would be taken otherwise.
      const hit = press.shift ? null : editor.hit(press.image);
      if (hit?.kind === 'handle' || (hit && press.ctrl)) {
        reshaping = true;
        return select.down(press);
      }
      pick = hit?.onEdge ? hit.box.id : null;
      corner = placed(press);
      if (pick !== null) commands.noteStack(press.image);
      editor.select(pick);
    },
    /** @param {Press} press */
    move(press) {
      if (reshaping) return select.move(press);
      if (marks.length) return preview(placed(press));
      if (!corner || (!press.dragged && !waiting)) return;
      if (pick !== null) {
        pick = null;
        editor.select(null);
      }
      preview(placed(press));
    },
    /** @param {Press} press */
    up(press) {
      if (reshaping) {
        reshaping = false;
        return select.up(press);
      }
      if (marks.length && !corner) return place(placed(press));
      if (!corner) return;
      if (waiting || press.dragged)
        return finish(fromCorners(corner, placed(press)), waiting ? 'clicks' : 'drag');
      if (pick !== null) return reset();
      const first = corner;
      reset();
      // Fingers have no keys to accept it by. Tapped again, it is drawn over.
      const tapped = state.finger && !press.shift ? editor.hit(press.image)?.box : undefined;
      if (tapped?.suggested && !before.includes(tapped.id)) {
        commands.noteStack(press.image);
        return editor.select(tapped.id);
      }
      if (state.method === 'points') return place(first);
      if (state.method === 'drag') {
        const hit = editor.hit(press.image);
        commands.noteStack(press.image);
        return editor.select(press.shift ? null : (hit?.box.id ?? null));
      }
      corner = first;
      waiting = true;
      state.making = { rect: fromCorners(first, first) };
      editor.changed();
    },
    cancel() {
      if (reshaping) select.cancel();
      reshaping = false;
      reset();
      editor.changed();
    },
    /** The press is over before its end; points placed before stay. */
    drop() {
      if (reshaping) select.cancel();
      reshaping = false;
      if (waiting || marks.length) return;
      reset();
      editor.choose(before);
    },
    /** Marks one side at the pointer. @param {import('../core/points.js').Side} side */
    edge(side) {
      if (!state.pointer || !state.editable) return;
      corner = null;
      waiting = false;
      place({ ...placed({ image: state.pointer, ctrl: false }), side });
    },
    /** Takes back the last point; false where there is none. */
    back() {
      if (!corner && !marks.length) return false;
      if (corner || marks.length === 1) reset();
      else marks = marks.slice(0, -1);
      if (marks.length) preview(state.pointer);
      editor.changed();
      return true;
    },
    /** Set while a box drawn by hand is added. */
    get way() {
      return way;
    },
    get busy() {
      return corner !== null || marks.length > 0 || reshaping;
    },
    /** @param {Press} press */
    cursor(press) {
      const hit = corner || marks.length || press.shift ? null : editor.hit(press.image);
      if (hit?.kind === 'handle') return select.cursor(press);
      if (hit?.onEdge) return 'pointer';
      return state.crosshair ? 'none' : 'crosshair';
    },
  };
}
