/** A dialog of the page: closed by its cross, by a click beside it, and by Esc. */

import { must } from '../../common/dom.js';

/** It gives the focus back to where it was.
 * @param {string} selector @param {HTMLElement} surface */
export function createDialog(selector, surface) {
  const dialog = /** @type {HTMLDialogElement} */ (must(selector));
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => surface.focus({ preventScroll: true }));
  for (const button of dialog.querySelectorAll('[data-close]')) {
    button.addEventListener('click', () => dialog.close());
  }
  return dialog;
}
