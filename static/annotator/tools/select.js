/** Picks, moves and resizes boxes; a drag on nothing picks all it touches. */

import { OWN } from '../commands/common.js';
import {
  bigEnough,
  fromCorners,
  height,
  moved,
  resized,
  touches,
  width,
} from '../core/geometry.js';

/** @typedef {import('./pointer.js').Press} Press */
/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../core/geometry.js').Handle} Handle */

/** @type {Record<Handle, string>} */
const HANDLE_CURSORS = {
  nw: 'nwse-resize',
  se: 'nwse-resize',
  ne: 'nesw-resize',
  sw: 'nesw-resize',
  n: 'ns-resize',
  s: 'ns-resize',
  e: 'ew-resize',
  w: 'ew-resize',
};

/** @param {import('../editor.js').Editor} editor @param {import('../commands/index.js').Commands} commands
 * @param {(text: string) => void} show */
export function createSelectTool(editor, commands, show) {
  const { selection, drawing } = editor.state;
  /** @type {{kind: 'move', boxes: DocBox[], from: Point, id: number}
   *   | {kind: 'resize', box: DocBox, handle: Handle}
   *   | {kind: 'marquee', from: Point, kept: number[]} | null} */
  let drag = null;
  /** The stack and selection before a press on a box that was selected already: released in place, it
   * reaches the box below. @type {{stack: number[], id: number|null}|null} */
  let again = null;

  const end = () => {
    if (drag?.kind === 'marquee') drawing.draftShape = null;
    else if (drag && editor.doc.busy) {
      const box = editor.doc.find(drag.kind === 'move' ? drag.id : drag.box.id);
      if (box && bigEnough(box)) {
        drawing.lastSize = { width: width(box), height: height(box) };
        editor.doc.commit(drag.kind === 'move' ? 'Move' : 'Resize');
      } else editor.doc.cancel();
    }
    drag = null;
    editor.changed();
  };

  return {
    /** @param {Press} press */
    down(press) {
      const adding = press.shift || press.ctrl;
      const found = editor.hit(press.image);
      const held = adding || found?.kind === 'handle' ? null : editor.held(press.image);
      /** @type {import('../core/hittest.js').Hit|null} */
      const hit = held ? { kind: 'box', box: held, onEdge: false } : found;
      again = null;
      if (!hit) {
        if (!adding) editor.select(null);
        drag = { kind: 'marquee', from: press.image, kept: [...selection.chosen] };
        return;
      }
      if (selection.chosen.size === 1 && selection.selectedId === hit.box.id)
        again = { stack: selection.stack, id: selection.selectedId };
      commands.noteStack(press.image);
      if (adding) return commands.toggleChosen(hit.box.id);
      if (!selection.chosen.has(hit.box.id)) editor.select(hit.box.id);
      else if (selection.selectedId !== hit.box.id)
        editor.choose([...selection.chosen], hit.box.id);
      if (!drawing.editable || editor.locked(hit.box)) return;
      drag =
        hit.kind === 'handle'
          ? { kind: 'resize', box: hit.box, handle: hit.handle }
          : { kind: 'move', boxes: editor.changeable, from: press.image, id: hit.box.id };
    },
    /** @param {Press} press */
    move(press) {
      // A press that does not travel is a choice, not a move of one pixel.
      if (!drag || !press.dragged) return;
      if (drag.kind === 'marquee') {
        const rect = fromCorners(drag.from, press.image);
        drawing.draftShape = { rect, marquee: true };
        const inside = editor
          .shown()
          .filter((box) => touches(box, rect))
          .map((box) => box.id);
        editor.choose([...new Set([...drag.kept, ...inside])]);
        return;
      }
      if (!editor.doc.busy) editor.doc.begin();
      // Touching a suggestion makes it the person's own box.
      if (drag.kind === 'resize') {
        const { x1, y1, x2, y2 } = resized(drag.box, drag.handle, press.image, editor.doc.size);
        editor.doc.change(drag.box.id, { x1, y1, x2, y2, ...OWN });
        return;
      }
      const { boxes, from } = drag;
      const before = new Map(boxes.map((box) => [box.id, box]));
      editor.doc.changeAll([...before.keys()], ({ id }) => {
        const box = /** @type {DocBox} */ (before.get(id));
        const by = { x: press.image.x - from.x, y: press.image.y - from.y };
        const { x1, y1, x2, y2 } = moved(box, by.x, by.y, editor.doc.size);
        return { x1, y1, x2, y2, ...OWN };
      });
    },
    /** @param {Press} press */
    up(press) {
      const empty = drag?.kind === 'marquee' && press.dragged && !selection.chosen.size;
      if (again && !press.dragged) commands.click(press.image, again.stack, again.id);
      again = null;
      end();
      if (empty && drawing.editable && !editor.shown().length)
        show('The Select tool draws nothing');
    },
    cancel() {
      drawing.draftShape = null;
      editor.doc.cancel();
      drag = null;
      again = null;
    },
    /** @param {Press} press */
    cursor(press) {
      const hit = editor.hit(press.image);
      if (hit?.kind === 'handle' && drawing.editable) return HANDLE_CURSORS[hit.handle];
      return hit ? 'move' : 'default';
    },
  };
}
