/** What can be done to boxes, each as one undo step; keys, buttons and lists all call these. */

import { copyCommands } from './copy.js';
import { editCommands } from './edit.js';
import { chooseCommands } from './selection.js';
import { suggestionCommands } from './suggestions.js';
import { visibilityCommands } from './visibility.js';

/** @typedef {ReturnType<typeof createCommands>} Commands */

/** @param {import('../editor.js').Editor} editor @param {(text: string) => void} say
 * @param {(text: string, box?: number|null) => void} show what happened, at the box or the pointer */
export function createCommands(editor, say, show) {
  /** @param {number} index */
  const nameOf = (index) => editor.classOf(index)?.name ?? 'unknown class';
  const tools = { editor, say, show, nameOf };
  const choosing = chooseCommands(tools);
  return {
    nameOf,
    ...choosing,
    ...editCommands(tools, choosing),
    ...copyCommands(tools),
    ...suggestionCommands(tools),
    ...visibilityCommands(tools),
  };
}
