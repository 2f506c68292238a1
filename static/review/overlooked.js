/** After a blind drawing: the label's boxes that no drawn one matches, for a yes or no each. */

/** @typedef {import('../common/api.js').Box} Box */

/** Puts revealed boxes among the drawn ones, dashed; those are decided and stay as they are.
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
