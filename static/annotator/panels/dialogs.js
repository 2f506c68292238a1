/** The dialogs over the canvas, together in one fetch: all keys, display, the class finder. */

import { createDialog } from './dialog.js';
import { createDisplayDialog } from './display.js';
import { createFinder } from './finder.js';
import { fillHelp } from './help.js';

/** @param {import('../editor.js').Editor} editor @param {import('../commands/index.js').Commands} commands
 * @param {HTMLElement} surface @param {import('../../common/types.js').Action[]} actions */
export function createDialogs(editor, commands, surface, actions) {
  const help = createDialog('[data-help]', surface);
  fillHelp(help, actions);
  return {
    help,
    instructions: createDialog('[data-instructions]', surface),
    display: createDisplayDialog(editor, surface),
    finder: createFinder(editor, commands, surface),
  };
}
