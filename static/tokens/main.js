/** The page of access tokens: the new one is selected, and copied by a button. */

import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { must } from '../common/dom.js';

startChrome();
listenForThemeKey();

const made = document.querySelector('[data-made]');
if (made) {
  const secret = /** @type {HTMLInputElement} */ (must('input', made));
  const button = must('[data-copy]', made);
  button.hidden = false;
  secret.focus();
  secret.select();
  button.addEventListener('click', async () => {
    const said = must('[data-said]', made);
    said.textContent = '';
    try {
      await navigator.clipboard.writeText(secret.value);
      said.textContent = 'Token copied.';
    } catch {
      // without HTTPS a page may not reach the clipboard
      secret.select();
      said.textContent =
        'The browser does not let this page copy. The token is selected: press Ctrl+C.';
    }
  });
}
