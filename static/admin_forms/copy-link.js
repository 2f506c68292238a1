/** Copies the invitation link and says so. */

import { must } from '../common/dom.js';

const root = must('#join-link');
const link = /** @type {HTMLInputElement | null} */ (root.querySelector('input'));
const button = root.querySelector('[data-copy]');

button?.removeAttribute('hidden');
button?.addEventListener('click', async () => {
  const said = must('[data-said]', root);
  said.textContent = '';
  try {
    await navigator.clipboard.writeText(link?.value ?? '');
    said.textContent = 'Link copied.';
  } catch {
    // without HTTPS a page may not reach the clipboard
    link?.select();
    said.textContent =
      'The browser does not let this page copy. The link is selected: press Ctrl+C.';
  }
});
