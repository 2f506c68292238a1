/** What can be done to boxes, each as one undo step; keys, buttons and lists all call these. */

import { chooseCommands } from './choose.js';
import { copyCommands } from './copy.js';
import { editCommands } from './edit.js';
import { lookCommands } from './look.js';
import { suggestionCommands } from './suggestions.js';

/** @typedef {ReturnType<typeof createCommands>} Commands */

/** @param {import('../editor.js').Editor} editor @param {(text: string) => void} say */
export function createCommands(editor, say) {
  /** @param {number} index */
  const nameOf = (index) => editor.classOf(index)?.name ?? 'unknown class';
  const tools = { editor, say, nameOf };
  const choosing = chooseCommands(tools);
  return {
    nameOf,
    ...choosing,
    ...editCommands(tools, choosing),
    ...copyCommands(tools),
    ...suggestionCommands(tools),
    ...lookCommands(tools),
  };
}
