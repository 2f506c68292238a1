/** Which boxes the keys act on: one after another, those under the pointer, all, all of a class. */

import { area, contains, readingOrder } from '../core/geometry.js';
import { clickedOf } from '../core/hittest.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */

/** @param {import('./common.js').Tools} tools */
export function chooseCommands({ editor, say, nameOf }) {
  const { selection } = editor.state;
  /** @type {{boxes: readonly DocBox[], order: DocBox[]}} */
  let last = { boxes: [], order: [] };
  const order = () => {
    const boxes = editor.shown();
    if (last.boxes !== boxes) last = { boxes, order: readingOrder(boxes) };
    return last.order;
  };

  /** @param {DocBox[]} line @param {1|-1} way */
  const step = (line, way) => {
    const at = line.findIndex((box) => box.id === selection.selectedId);
    const first = way > 0 ? 0 : line.length - 1;
    const box = line[at < 0 ? first : (at + way + line.length) % line.length];
    editor.select(box.id);
    const kind = box.suggested ? ', suggested' : '';
    say(`${nameOf(box.class_id)}${kind}, ${line.indexOf(box) + 1} of ${line.length}`);
  };

  return {
    /** All shown boxes as one reads a page. */
    order,
    /** The next box; where boxes overlap under the last press, the next of those.
     * @param {1|-1} way */
    cycle(way) {
      const under = selection.stack.flatMap((id) => editor.doc.find(id) ?? []);
      const line = under.length > 1 && selection.chosen.size === 1 ? under : order();
      if (line.length) step(line, way);
    },
    /** Selects what a click means there: a further click in one place reaches the next box below.
     * @param {import('../../common/types.js').Point} point @param {readonly number[]} before the stack
     *   of the click before @param {number|null} was the selected box then @param {boolean} [round]
     *   after the last the first again @returns {boolean} whether there is one */
    click(point, before, was, round = true) {
      this.noteStack(point);
      const stack = selection.stack.filter((id) => {
        const box = editor.doc.find(id);
        return box && !editor.locked(box);
      });
      const next = clickedOf(stack, before, was);
      const last = stack.length > 0 && was === stack[stack.length - 1];
      const ended = !round && last && (stack.length === 1 || next === stack[0]);
      if (next === null || ended) return false;
      editor.select(next);
      return true;
    },
    /** Remembers what lies over one another there. @param {import('../../common/types.js').Point} point */
    noteStack(point) {
      selection.stack = editor
        .shown()
        .filter((box) => contains(box, point))
        .sort((a, b) => area(a) - area(b))
        .map((box) => box.id);
    },
    selectAll() {
      editor.choose(order().map((box) => box.id));
      say(`${selection.chosen.size} boxes selected`);
    },
    /** Into the selection, or out of it. @param {number} id */
    toggleChosen(id) {
      const ids = selection.chosen.has(id)
        ? [...selection.chosen].filter((other) => other !== id)
        : [...selection.chosen, id];
      editor.choose(ids, ids[ids.length - 1]);
      say(`${ids.length} selected`);
    },
  };
}
