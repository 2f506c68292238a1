/** Buttons that stand for rows of the action table: they carry its keys and obey its `when`. */

import { nameKeys } from '../annotator/commands/buttons.js';
import { keyLabels } from '../annotator/commands/key-caps.js';
import { fill, keycap } from '../common/dom.js';

/** @typedef {import('../common/types.js').Action} Action */

/** @param {Action[]} actions */
export function startButtons(actions) {
  const byId = new Map(actions.map((action) => [action.id, action]));
  /** @type {[HTMLButtonElement, Action][]} */
  const wired = [];
  for (const button of document.querySelectorAll('button[data-action]')) {
    const action = button instanceof HTMLButtonElement && byId.get(button.dataset.action ?? '');
    if (!(button instanceof HTMLButtonElement) || !action) continue;
    const labels = keyLabels(action);
    button.setAttribute('aria-keyshortcuts', labels.join('+'));
    const cap = button.querySelector('[data-keys]');
    if (cap) fill(cap, ...labels.map(keycap));
    else nameKeys(button, labels);
    // A press must not take the focus from where the keys act.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('click', () => {
      if (action.when?.() ?? true) action.run();
    });
    wired.push([button, action]);
  }
  const refresh = () => {
    for (const [button, action] of wired) {
      if (action.when) button.disabled = !action.when();
    }
  };
  refresh();
  return { refresh };
}
