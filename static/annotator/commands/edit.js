/** Class, place, size and removal of the chosen boxes; undo and redo. */

import { bigEnough, clamp, contains, moved, nearestHandle, resized } from '../core/geometry.js';
import { OWN, words } from './common.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {import('../core/points.js').Side} Side */
/** @typedef {{dx: number, dy: number}} Step in pixels */

/** @param {import('./common.js').Tools} tools @param {{order: () => DocBox[], cycle: (way: 1|-1) => void}} choosing */
export function editCommands({ editor, say, show, nameOf }, { order, cycle }) {
  const { selection, view, drawing } = editor.state;
  const ids = () => editor.changeable.map((box) => box.id);
  const refuseLocked = () => {
    if (selection.chosen.size && drawing.editable && !editor.changeable.length) say('Locked');
  };

  /** @param {string} name @param {(box: DocBox) => import('../core/document.js').Patch} patchOf */
  const edit = (name, patchOf) => {
    if (!editor.changeable.length) return refuseLocked();
    editor.doc.edit(name, () => editor.doc.changeAll(ids(), patchOf));
  };

  /** Moves one edge or corner of the selected box, if the box stays large enough.
   * @param {string} name @param {import('../core/geometry.js').Handle} handle
   * @param {(box: DocBox) => import('../../common/types.js').Point} to */
  const shape = (name, handle, to) => {
    const box = editor.changeable.find(({ id }) => id === selection.selectedId);
    if (!box) return refuseLocked();
    const next = resized(box, handle, to(box), editor.doc.size);
    if (!bigEnough(next)) return;
    const { x1, y1, x2, y2 } = next;
    editor.doc.edit(name, () => editor.doc.change(box.id, { x1, y1, x2, y2, ...OWN }));
    drawing.lastSize = { width: x2 - x1, height: y2 - y1 };
  };

  return {
    /** Class for the chosen boxes and for the next ones. @param {number} index */
    setClass(index) {
      drawing.classId = index;
      const wrong = editor.changeable.filter((box) => box.class_id !== index || box.suggested);
      const was = wrong.length === 1 ? nameOf(wrong[0].class_id) : `${wrong.length} boxes`;
      if (wrong.length) show(`${was} → ${nameOf(index)}`, selection.selectedId);
      else show(`${selection.chosen.size ? 'Already' : 'Next box:'} ${nameOf(index)}`);
      if (wrong.length)
        editor.doc.edit('Class', () =>
          editor.doc.changeAll(
            wrong.map((box) => box.id),
            () => ({ class_id: index, ...OWN }),
          ),
        );
      else editor.changed();
      say(
        editor.selection.length
          ? `${editor.selection.length > 1 ? words(editor.selection, nameOf) : 'Box'} is ${nameOf(index)}`
          : `Drawing ${nameOf(index)}`,
      );
      if (drawing.relabelling && selection.selectedId !== null) {
        const line = order();
        if (line[line.length - 1]?.id === selection.selectedId)
          editor.set('drawing', { relabelling: false });
        else cycle(1);
      }
    },
    /** Class keys go from box to box, starting at the selected or the first one. */
    relabel() {
      const on = !drawing.relabelling && order().length > 0;
      selection.stack = [];
      if (on && selection.selectedId === null) editor.select(order()[0].id);
      editor.set('drawing', { relabelling: on });
      say(on ? 'Relabelling: each class key goes on to the next box' : 'Relabelling ended');
    },
    /** @param {DocBox} [one] instead of the chosen ones */
    remove(one) {
      const gone = one ? [one].filter((box) => !editor.locked(box)) : editor.changeable;
      if (!gone.length) return refuseLocked();
      const line = order();
      const after = line[line.findIndex(({ id }) => id === gone[0].id) + 1] ?? line[0];
      editor.doc.edit('Delete', () => editor.doc.remove(...gone.map((box) => box.id)));
      // Keyboard users go on from the neighbour; nobody should have to find their place again.
      if (document.activeElement?.closest('[data-boxes]') && editor.doc.find(after?.id))
        editor.select(after.id);
      say(`${words(gone, nameOf)} deleted`);
    },
    /** @param {Step} step */
    nudge({ dx, dy }) {
      if (drawing.grabbed)
        return shape('Resize', drawing.grabbed, (box) => {
          const x = (drawing.grabbed?.includes('w') ? box.x1 : box.x2) + dx;
          return { x, y: (drawing.grabbed?.startsWith('n') ? box.y1 : box.y2) + dy };
        });
      edit('Move', (box) => {
        const { x1, y1, x2, y2 } = moved(box, dx, dy, editor.doc.size);
        return { x1, y1, x2, y2, ...OWN };
      });
    },
    /** Moves the right and lower edge. @param {Step} step */
    grow({ dx, dy }) {
      const { width, height } = editor.doc.size;
      shape('Resize', 'se', (box) => ({
        x: clamp(box.x2 + dx, box.x1 + 1, width),
        y: clamp(box.y2 + dy, box.y1 + 1, height),
      }));
    },
    /** @param {Side} side */
    edgeToPointer(side) {
      const { pointer } = view;
      if (pointer) shape('Resize', side, () => pointer);
    },
    /** The nearest edge or corner of the box under the pointer follows it, until the same key, Enter
     * or a press lets go; without a pointer the key goes round the edges, and arrows move them. */
    grab() {
      if (drawing.grabbed && view.pointer) return editor.set('drawing', { grabbed: null });
      const { pointer } = view;
      const reach = 40 / editor.viewport.scale;
      const near = pointer
        ? (editor.selected ?? editor.hit(pointer)?.box)
        : (editor.selected ?? order()[0]);
      if (!near || editor.locked(near)) return;
      const box =
        pointer && !contains(grown(near, reach), pointer) ? editor.hit(pointer)?.box : near;
      if (!box) return;
      if (box.id !== selection.selectedId) editor.select(box.id);
      const round = /** @type {const} */ (['e', 's', 'w', 'n']);
      const next = drawing.grabbed ? round.indexOf(/** @type {'e'} */ (drawing.grabbed)) + 1 : 0;
      const handle = pointer ? nearestHandle(box, pointer) : round[next];
      editor.set('drawing', { grabbed: handle ?? null });
      if (handle) say('Edge grabbed');
    },
    /** @param {'undo'|'redo'} way */
    travel(way) {
      const name = editor.doc[way]();
      const words = name && `${way === 'undo' ? 'Undone' : 'Redone'}: ${name.toLowerCase()}`;
      if (!words) return;
      show(words);
      say(words);
    },
  };
}

/** @param {DocBox} box @param {number} by */
const grown = (box, by) => ({ x1: box.x1 - by, y1: box.y1 - by, x2: box.x2 + by, y2: box.y2 + by });
