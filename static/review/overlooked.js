/** After a blind drawing: the label's boxes that no drawn one matches, for a yes or no each. */

import { iou } from '../annotator/core/geometry.js';

/** Overlap from which two boxes of a class are the same object, as quality counts it. */
const SAME = 0.5;

/** @typedef {import('../common/api.js').Box} Box */

/** @param {readonly Box[]} label @param {readonly Box[]} drawn @returns {Box[]} */
export const overlooked = (label, drawn) =>
  label.filter(
    (box) => !drawn.some((own) => own.class_id === box.class_id && iou(own, box) >= SAME),
  );

/** Puts those among the drawn boxes, dashed; the drawn ones are decided and stay as they are.
 * @param {import('../annotator/editor.js').Editor} editor
 * @param {import('./boxwalk.js').BoxWalk} walk
 * @param {readonly Box[]} boxes none where a draft has them already @returns {number} to be decided */
export function reveal(editor, walk, boxes) {
  walk.reset();
  for (const box of editor.doc.boxes) if (!box.suggested) walk.marks.set(box.id, 'right');
  if (boxes.length)
    editor.doc.edit('Compare', () => {
      for (const box of boxes) editor.doc.add({ ...box, suggested: true });
    });
  return walk.next();
}
