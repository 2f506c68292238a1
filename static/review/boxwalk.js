/** Box by box: each in close-up, one key decides it and shows the next, then "anything missing?". */

import { OWN } from '../annotator/commands/common.js';
import { centre, height, readingOrder, width } from '../annotator/core/geometry.js';

/** @typedef {import('../common/types.js').DocBox} DocBox */
/** @typedef {'right'|'wrong'|'fixed'} Mark */
/** @typedef {ReturnType<typeof createBoxWalk>} BoxWalk */

/** Around a tiny box the eye needs to see where it is.
 * @param {import('../annotator/core/geometry.js').Rect} box */
const grown = (box, /** @type {number} */ side) => {
  const { x, y } = centre(box);
  const wide = Math.max(width(box), side) / 2;
  const high = Math.max(height(box), side) / 2;
  return { x1: x - wide, y1: y - high, x2: x + wide, y2: y + high };
};

/** @param {import('../annotator/editor.js').Editor} editor @param {HTMLElement} surface
 * @param {() => boolean} judging whether box keys mean anything now */
export function createBoxWalk(editor, surface, judging) {
  /** @type {Map<number, Mark>} */
  const marks = new Map();
  /** @type {{id: number, mark: Mark, before: readonly DocBox[]}[]} the boxes as they were before */
  let decided = [];
  /** @type {number|null} */
  let shown = null;
  let pressed = false;
  let zoomed = false;

  /** @param {DocBox} box */
  const withContext = (box) =>
    grown(box, Math.min(editor.doc.size.width, editor.doc.size.height) / 6);

  /** Revealed boxes in the order in which the server asks about them, others as one reads. */
  const undecided = () => {
    const { boxes } = editor.doc;
    const revealed = boxes.filter((box) => box.suggested && !marks.has(box.id));
    return revealed.length ? revealed : readingOrder(boxes).filter((box) => !marks.has(box.id));
  };

  /** A click chooses what is in view already: only keys and the list bring the close-up. */
  surface.addEventListener(
    'pointerdown',
    () => {
      pressed = true;
    },
    true,
  );
  window.addEventListener(
    'pointerup',
    () => {
      pressed = false;
    },
    true,
  );
  editor.onChange(() => {
    const { selectedId } = editor.state.selection;
    if (selectedId === shown) return;
    shown = selectedId;
    if (!judging() || pressed) return;
    if (editor.selected) editor.viewport.zoomToBox(withContext(editor.selected));
    else if (zoomed) editor.viewport.fit();
    zoomed = editor.selected !== undefined;
    editor.paint();
  });

  const next = () => {
    const rest = undecided();
    editor.select(rest[0]?.id ?? null);
    return rest.length;
  };

  return {
    marks,
    next,
    get begun() {
      return decided.length > 0;
    },
    get changed() {
      return decided.some(({ mark }) => mark !== 'right');
    },
    /** @returns {[number, number]} place among the boxes, and how many there are */
    get place() {
      const order = readingOrder(editor.doc.boxes);
      return [
        order.findIndex((box) => box.id === editor.state.selection.selectedId) + 1,
        order.length,
      ];
    },
    reset() {
      marks.clear();
      decided = [];
      shown = null;
      zoomed = false;
    },
    /** @param {'right'|'wrong'} mark @returns {number} boxes still undecided */
    decide(mark) {
      const box = editor.selected;
      if (!box) return undecided().length;
      decided.push({ id: box.id, mark, before: editor.doc.boxes });
      if (mark === 'wrong') editor.doc.edit('Not an object', () => editor.doc.remove(box.id));
      else {
        if (box.suggested) editor.doc.edit('Overlooked', () => editor.doc.change(box.id, OWN));
        marks.set(box.id, mark);
      }
      return next();
    },
    /** A box was changed by hand since. @param {number} id @param {readonly DocBox[]} before
     * @returns {number} boxes still undecided */
    fixed(id, before) {
      const mark = !editor.doc.find(id) ? 'wrong' : before === editor.doc.boxes ? 'right' : 'fixed';
      decided.push({ id, mark, before });
      if (mark !== 'wrong') marks.set(id, mark);
      return next();
    },
    /** @returns {boolean} whether there was something to take back */
    undo() {
      const last = decided.pop();
      if (!last) return false;
      marks.delete(last.id);
      while (editor.doc.boxes !== last.before && editor.doc.undo()) {
        // Step by step, until the boxes are those of then.
      }
      editor.select(editor.doc.find(last.id)?.id ?? null);
      return true;
    },
    /** The boxes as they were before the last decision. */
    get before() {
      return decided.at(-1)?.before ?? null;
    },
    /** What was decided, in words. */
    summary() {
      const count = (/** @type {Mark} */ mark) =>
        decided.filter((entry) => entry.mark === mark).length;
      const parts = [
        [count('right'), 'right'],
        [count('fixed'), 'fixed'],
        [count('wrong'), 'taken out'],
      ].filter(([n]) => n);
      return parts.map(([n, word]) => `${n} ${word}`).join(', ');
    },
  };
}
