/** Keys, buttons, help and hints of a page without a canvas, from its rows of the action table. */

import { listenToKeys } from '../annotator/commands/hotkeys.js';
import { capsIn } from '../annotator/commands/key-caps.js';
import { bindActions } from '../annotator/commands/pages.js';
import { createDialog } from '../annotator/panels/dialog.js';
import { fillHelp } from '../annotator/panels/help.js';
import { createPreferences } from '../annotator/sync/preferences.js';
import { switchTheme } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { startButtons } from './buttons.js';
import { createHintLine } from './hint-line.js';

/**
 * @param {import('../annotator/commands/pages.js').PageId} id
 * @param {HTMLElement} root what has the focus while nothing else has
 * @param {import('./hint-line.js').Hint[]} wanted
 */
export function createPlainPage(id, root, wanted) {
  const hints = createHintLine(must('[data-hints]'), wanted);
  const help = createDialog('[data-help]', root);
  /** @type {import('../common/types.js').Action[]} */
  let actions = [];

  return {
    hints,
    /** The person's own keys of an action. @param {string} action */
    keysOf: (action) => capsIn(actions)(action),
    /** The same within a sentence. @param {string} action */
    words: (action) => capsIn(actions)(action).join(' ') || 'Its button',
    /** @param {string} id @returns {Action|undefined} */
    action: (id) => actions.find((action) => action.id === id),
    /** What a key means on this page. @param {string} key @returns {Action|undefined} */
    actionOf: (key) => actions.find(({ keys }) => keys.includes(key)),
    /** @param {import('../common/types.js').Handlers} handlers */
    start(handlers) {
      const { user, preferences } = pageData();
      actions = bindActions(
        id,
        { ...handlers, help: { run: () => help.showModal() }, theme: { run: switchTheme } },
        createPreferences(user.id, preferences, null).keys,
      );
      fillHelp(help, actions);
      hints.know(actions);
      const buttons = startButtons(actions);
      const keys = listenToKeys(actions, root, () => hints.notice(''));
      return { refresh: buttons.refresh, setMenu: keys.setMenu };
    },
  };
}

/** @typedef {import('../common/types.js').Action} Action */
