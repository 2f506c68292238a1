/** What can be done to boxes, each as one undo step; keys, buttons and lists all call these. */

import {
  bigEnough,
  centre,
  clamp,
  contains,
  height,
  moved,
  readingOrder,
  width,
} from './core/geometry.js';

/** @typedef {import('../common/types.js').DocBox} DocBox */
/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {ReturnType<typeof createCommands>} Commands */
/** @typedef {{dx: number, dy: number}} Step */

/** @param {Editor} editor @param {(text: string) => void} say */
export function createCommands(editor, say) {
  const { state, viewport } = editor;
  /** @type {DocBox|null} */
  let clipboard = null;

  /** @param {number} index */
  const nameOf = (index) => editor.classOf(index)?.name ?? 'unknown class';

  /** Copies never stay suggestions: somebody chose them. @param {DocBox} box */
  const fresh = ({ class_id, x1, y1, x2, y2 }) => ({ class_id, x1, y1, x2, y2 });

  /** @param {string} name @param {DocBox} source @param {number} dx @param {number} dy */
  const addCopy = (name, source, dx, dy) => {
    const id = editor.doc.edit(name, () =>
      editor.doc.add(moved(fresh(source), dx, dy, editor.doc.size)),
    );
    editor.select(id);
    say(`${name}: ${nameOf(source.class_id)}`);
  };

  /** The suggestion a key means: the one under the pointer, else the selected one. */
  const meantSuggestion = () => {
    const { pointer } = state;
    const under = pointer
      ? editor.shown().filter((box) => box.suggested && contains(box, pointer))
      : [];
    if (under.length) {
      return under.reduce((least, box) =>
        width(box) * height(box) < width(least) * height(least) ? box : least,
      );
    }
    return editor.selected?.suggested ? editor.selected : null;
  };

  return {
    nameOf,
    meantSuggestion,
    /** Class for the selected box and for the next ones. @param {number} index */
    setClass(index) {
      state.classId = index;
      const box = editor.selected;
      if (box && state.editable && (box.class_id !== index || box.suggested)) {
        editor.doc.edit('Class', () =>
          editor.doc.change(box.id, { class_id: index, suggested: false, score: undefined }),
        );
      }
      editor.changed();
      say(box ? `Box is ${nameOf(index)}` : `Drawing ${nameOf(index)}`);
    },
    remove(box = editor.selected) {
      if (!box) return;
      const order = readingOrder(editor.shown());
      const after = order[order.indexOf(box) + 1] ?? order[order.indexOf(box) - 1];
      const wasSelected = box.id === state.selectedId;
      editor.doc.edit('Delete', () => editor.doc.remove(box.id));
      // Keyboard users go on from the neighbour; nobody should have to find their place again.
      if (wasSelected && after && document.activeElement?.closest('[data-boxes]'))
        editor.select(after.id);
      say(`${nameOf(box.class_id)} deleted`);
    },
    /** @param {Step} step in pixels */
    nudge({ dx, dy }) {
      const box = editor.selected;
      if (!box) return;
      const { x1, y1, x2, y2 } = moved(box, dx, dy, editor.doc.size);
      editor.doc.edit('Move', () =>
        editor.doc.change(box.id, { x1, y1, x2, y2, suggested: false, score: undefined }),
      );
    },
    /** Moves the right and lower edge. @param {Step} step */
    grow({ dx, dy }) {
      const box = editor.selected;
      if (!box) return;
      const next = {
        x2: clamp(box.x2 + dx, box.x1 + 1, editor.doc.size.width),
        y2: clamp(box.y2 + dy, box.y1 + 1, editor.doc.size.height),
      };
      if (!bigEnough({ ...box, ...next })) return;
      editor.doc.edit('Resize', () =>
        editor.doc.change(box.id, { ...next, suggested: false, score: undefined }),
      );
      state.lastSize = { width: next.x2 - box.x1, height: next.y2 - box.y1 };
    },
    duplicate() {
      if (editor.selected)
        addCopy('Duplicate', editor.selected, 10 / viewport.scale, 10 / viewport.scale);
    },
    copy() {
      if (!editor.selected) return;
      clipboard = editor.selected;
      say(`${nameOf(clipboard.class_id)} copied`);
    },
    /** Lands under the pointer, or beside its source when the pointer is elsewhere. */
    paste() {
      if (!clipboard) return;
      const middle = centre(clipboard);
      const to = state.pointer ?? { x: middle.x + 10, y: middle.y + 10 };
      addCopy('Paste', clipboard, to.x - middle.x, to.y - middle.y);
    },
    get hasCopy() {
      return clipboard !== null;
    },
    /** A box of the last size in the middle of the view, for drawing by keyboard alone. */
    place() {
      const middle = viewport.toImage({ x: viewport.view.width / 2, y: viewport.view.height / 2 });
      const size = editor.doc.size;
      const side = state.lastSize ?? { width: size.width / 5, height: size.height / 5 };
      const box = { class_id: state.classId, x1: 0, y1: 0, x2: side.width, y2: side.height };
      const at = moved(box, middle.x - side.width / 2, middle.y - side.height / 2, size);
      editor.select(editor.doc.edit('Draw', () => editor.doc.add(at)));
      say(
        `${nameOf(state.classId)} placed in the middle. Arrows move it, Alt and arrows shape it.`,
      );
    },
    /** @param {1|-1} way */
    cycle(way) {
      const order = readingOrder(editor.shown());
      if (!order.length) return;
      const at = order.findIndex((box) => box.id === state.selectedId);
      const box =
        order[at < 0 ? (way > 0 ? 0 : order.length - 1) : (at + way + order.length) % order.length];
      editor.select(box.id);
      const kind = box.suggested ? ', suggested' : '';
      say(`${nameOf(box.class_id)}${kind}, ${order.indexOf(box) + 1} of ${order.length}`);
    },
    accept() {
      const box = meantSuggestion();
      if (!box) return;
      editor.doc.edit('Accept', () =>
        editor.doc.change(box.id, { suggested: false, score: undefined }),
      );
      say(`${nameOf(box.class_id)} accepted`);
    },
    acceptAll() {
      const open = editor.shown().filter((box) => box.suggested);
      editor.doc.edit('Accept all', () => {
        for (const box of open) editor.doc.change(box.id, { suggested: false, score: undefined });
      });
      say(`${open.length} accepted`);
    },
    reject() {
      const box = meantSuggestion();
      if (!box) return;
      editor.doc.edit('Reject', () => editor.doc.remove(box.id));
      say(`${nameOf(box.class_id)} rejected`);
    },
    /** @param {'undo'|'redo'} way */
    travel(way) {
      state.making = null;
      const name = editor.doc[way]();
      if (name) say(`${way === 'undo' ? 'Undone' : 'Done again'}: ${name.toLowerCase()}`);
    },
  };
}
