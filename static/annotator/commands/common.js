/** What the commands share. */

/** @typedef {{editor: import('../editor.js').Editor, say: (text: string) => void,
 *   show: (text: string, box?: number|null) => void,
 *   nameOf: (index: number) => string}} Tools */

/** "cat" for one box, "3 boxes" for more. @param {readonly {class_id: number}[]} boxes
 * @param {(index: number) => string} nameOf */
export const words = (boxes, nameOf) =>
  boxes.length === 1 ? nameOf(boxes[0].class_id) : `${boxes.length} boxes`;

/** Nobody's suggestion any more: somebody touched it. */
export const OWN = { suggested: false, score: undefined };
