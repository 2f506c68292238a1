/** Draws a box by dragging, by two clicks, or by the four outermost points of the object. */

import { bigEnough, clamp, fromCorners, height, isSlip, width } from '../core/geometry.js';
import { boxOf, ENOUGH } from '../core/points.js';
import { snapped } from '../core/snap.js';
import { createSelectTool } from './select.js';

/** @typedef {import('./pointer.js').Press} Press */
/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../core/points.js').Mark} Mark */

const SNAP_REACH = 5;

/** @param {import('../editor.js').Editor} editor @param {import('../commands/index.js').Commands} commands
 * @param {(text: string) => void} say @param {(text: string) => void} show at the pointer */
export function createDrawTool(editor, commands, say, show) {
  const { selection, view, drawing, display } = editor.state;
  const select = createSelectTool(editor, commands, show);
  /** Of two corners, the first. @type {Point|null} */
  let corner = null;
  /** Set between the two clicks of a box. */
  let waiting = false;
  /** Of four points, those placed. @type {Mark[]} */
  let marks = [];
  /** @type {number|null} the box whose line was pressed: a click there picks it */
  let pick = null;
  /** A handle or a selected box was pressed: that is changed, nothing drawn. */
  let reshaping = false;
  /** The press was inside a selected box: without travel it is a click, which draws or chooses. */
  let inside = false;
  /** How the box being added was drawn. @type {import('../../common/types.js').Method|null} */
  let way = null;
  /** What was chosen before the press, and what lay under the click before. @type {readonly number[]} */
  let before = [];
  /** @type {{stack: readonly number[], id: number|null}} */
  let past = { stack: [], id: null };

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
    drawing.draftShape = null;
  };

  /** @param {import('../core/geometry.js').Rect} box @param {import('../../common/types.js').Method} by */
  const finish = (box, by) => {
    reset();
    const slipped = by !== 'points' && isSlip(box, editor.viewport.scale, view.finger);
    if (slipped) show('Too small for a box: zoom in to draw it');
    if (slipped || !bigEnough(box)) return editor.changed();
    const { classId } = drawing;
    drawing.lastSize = { width: width(box), height: height(box) };
    way = by;
    const id = editor.doc.edit('Draw', () => editor.doc.add({ ...box, class_id: classId }));
    way = null;
    editor.select(id);
    say(`${editor.classOf(classId)?.name ?? 'Box'} drawn`);
  };

  /** @param {Point|null} pointer */
  const preview = (pointer) => {
    if (corner && pointer) drawing.draftShape = { rect: fromCorners(corner, pointer) };
    else if (marks.length) drawing.draftShape = { rect: boxOf(marks, pointer), marks };
    editor.paint();
  };

  /** @param {Mark} mark */
  const place = (mark) => {
    marks = [...marks.filter((other) => !mark.side || other.side !== mark.side), mark];
    if (marks.length >= ENOUGH) return finish(boxOf(marks, null), 'points');
    drawing.draftShape = { rect: boxOf(marks, view.pointer), marks };
    editor.changed();
  };

  /** A press released where it began. @param {Press} press */
  const click = (press) => {
    const first = placed(press);
    // Fingers have no Tab and no keys: a tap chooses, and only past the last box there it draws.
    const chooses = !press.shift && (view.finger || drawing.method === 'drag');
    if (chooses && commands.click(press.image, past.stack, past.id, drawing.method === 'drag'))
      return;
    editor.select(null);
    if (drawing.method === 'points') return place(first);
    if (drawing.method === 'drag') return;
    corner = first;
    waiting = true;
    drawing.draftShape = { rect: fromCorners(first, first) };
    editor.changed();
  };

  return {
    /** @param {Press} press */
    down(press) {
      if (!drawing.editable || waiting || marks.length) return;
      before = [...selection.chosen];
      past = { stack: selection.stack, id: selection.selectedId };
      // Shift forces a new box where one would be moved or a handle or a line be taken otherwise.
      const hit = press.shift ? null : editor.hit(press.image);
      inside =
        !press.shift && !press.ctrl && hit?.kind !== 'handle' && editor.held(press.image) !== null;
      if (inside || hit?.kind === 'handle' || (hit && press.ctrl)) {
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
        if (press.dragged || !inside) return select.up(press);
        select.cancel();
        return click(press);
      }
      if (marks.length && !corner) return place(placed(press));
      if (!corner) return;
      if (waiting || press.dragged)
        return finish(fromCorners(corner, placed(press)), waiting ? 'clicks' : 'drag');
      if (pick !== null) return reset();
      reset();
      click(press);
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
      if (!view.pointer || !drawing.editable) return;
      corner = null;
      waiting = false;
      place({ ...placed({ image: view.pointer, ctrl: false }), side });
    },
    /** Takes back the last point; false where there is none. */
    back() {
      if (!corner && !marks.length) return false;
      if (corner || marks.length === 1) reset();
      else marks = marks.slice(0, -1);
      if (marks.length) preview(view.pointer);
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
    /** What it waits for between two presses. @returns {'corner'|'points'|null} */
    get waitsFor() {
      return marks.length ? 'points' : waiting ? 'corner' : null;
    },
    /** @param {Press} press */
    cursor(press) {
      const hit = corner || marks.length || press.shift ? null : editor.hit(press.image);
      if (hit?.kind === 'handle') return select.cursor(press);
      if (!corner && !marks.length && !press.shift && editor.held(press.image)) return 'move';
      if (hit?.onEdge) return 'pointer';
      return display.crosshair ? 'none' : 'crosshair';
    },
  };
}
