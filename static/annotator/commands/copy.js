/** Boxes from boxes: duplicate, copy and paste, also from the image before; a box of the last size. */

import { moved } from '../core/geometry.js';
import { words } from './common.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */
/** @typedef {import('../../common/api.js').Box} Box */

/** @param {import('./common.js').Tools} tools */
export function copyCommands({ editor, say, show, nameOf }) {
  const { viewport } = editor;
  const { selection, view, drawing } = editor.state;
  /** Outlives the image, so that paste works on the next one. @type {readonly Box[]} */
  let clipboard = [];
  /** The answer of the image before. @type {readonly Box[]} */
  let before = [];

  /** Copies never stay suggestions: somebody chose them. @param {Box} box */
  const fresh = ({ class_id, x1, y1, x2, y2 }) => ({ class_id, x1, y1, x2, y2 });

  /** @param {string} name @param {readonly Box[]} sources @param {number} dx @param {number} dy */
  const add = (name, sources, dx, dy) => {
    const { size } = editor.doc;
    const ids = editor.doc.edit(name, () =>
      sources.map((source) => editor.doc.add(moved(fitted(fresh(source), size), dx, dy, size))),
    );
    editor.choose(ids);
    say(`${name}: ${words(sources, nameOf)}`);
  };

  /** @param {import('../../common/types.js').Point} middle @param {boolean} suggested no answer before
   *   somebody touched it */
  const place = (middle, suggested) => {
    const { size } = editor.doc;
    const side = drawing.lastSize ?? { width: size.width / 5, height: size.height / 5 };
    const box = {
      class_id: drawing.classId,
      suggested,
      source: null,
      x1: 0,
      y1: 0,
      x2: side.width,
      y2: side.height,
    };
    const at = moved(
      fitted(box, size),
      middle.x - side.width / 2,
      middle.y - side.height / 2,
      size,
    );
    editor.select(editor.doc.edit('Draw', () => editor.doc.add(at)));
  };

  return {
    duplicate() {
      const by = 10 / viewport.scale;
      if (editor.selection.length) add('Duplicate', editor.selection, by, by);
    },
    copy() {
      if (!editor.selection.length) return;
      clipboard = editor.selection;
      say(`${words(clipboard, nameOf)} copied`);
    },
    /** One lands under the pointer; several keep their places, beside their sources on one image. */
    paste() {
      if (!clipboard.length) return;
      const [one] = clipboard;
      const { pointer } = view;
      if (clipboard.length === 1 && pointer)
        return add(
          'Paste',
          clipboard,
          pointer.x - (one.x1 + one.x2) / 2,
          pointer.y - (one.y1 + one.y2) / 2,
        );
      const there = clipboard.some((box) => editor.doc.boxes.includes(/** @type {DocBox} */ (box)));
      add('Paste', clipboard, there ? 10 : 0, there ? 10 : 0);
    },
    hasCopy: () => clipboard.length > 0,
    /** @param {readonly Box[]} boxes that were submitted */
    remember(boxes) {
      before = boxes;
    },
    hasBefore: () => before.length > 0,
    /** All boxes of the image before, at the same places. */
    repeatImage() {
      if (before.length) add('Paste', before, 0, 0);
    },
    /** A box of the last size where the pointer is. */
    stamp() {
      if (!view.pointer) return;
      place(view.pointer, false);
      say(`${nameOf(drawing.classId)} placed`);
    },
    /** A box of the last size in the middle of the view, for drawing by keyboard alone. It counts only
     * once it was moved, shaped, named or accepted: nobody means exactly that place.
     * @param {boolean} [open] false where the page has no question for it when it is sent */
    place(open = true) {
      place(viewport.toImage({ x: viewport.view.width / 2, y: viewport.view.height / 2 }), open);
      const yet = open ? ', not an answer yet' : '';
      show(`Placed${yet}: arrows move it`, selection.selectedId);
      say(
        `${nameOf(drawing.classId)} placed in the middle${yet}. Arrows move it, Alt and arrows shape it.`,
      );
    },
  };
}

/** Not larger than the image: the one before may have been. @template {Box} T @param {T} box
 * @param {import('../../common/types.js').Size} size @returns {T} */
const fitted = (box, { width, height }) => ({
  ...box,
  x2: Math.min(box.x2, box.x1 + width),
  y2: Math.min(box.y2, box.y1 + height),
});
