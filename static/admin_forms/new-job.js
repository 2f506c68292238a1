/** The form of a new job: it is saved first, then its images are sent; errors lose neither. */

import { el, must } from '../common/dom.js';
import { fileSize, plural } from '../common/words.js';
import { createDropZone } from './drop-zone.js';
import { showProblems } from './problems.js';
import { send } from './sending.js';

const form = /** @type {HTMLFormElement} */ (must('#job_form'));
const button = /** @type {HTMLInputElement} */ (must('.submit-row input[type=submit]', form));
/** @type {File[]} */
let chosen = [];

const zone = createDropZone(/** @type {HTMLInputElement} */ (must('#id_files')), (files) => {
  chosen = [...chosen, ...files];
  showChosen();
});

function showChosen() {
  const bytes = chosen.reduce((sum, file) => sum + file.size, 0);
  zone.say(
    chosen.length > 0 && `${plural(chosen.length, 'file')} chosen, ${fileSize(bytes)}. `,
    chosen.length > 0 &&
      el('button', {
        class: 'button',
        text: 'Clear',
        on: {
          click: () => {
            chosen = [];
            showChosen();
          },
        },
      }),
  );
  document.dispatchEvent(new CustomEvent('imageschange', { detail: { images: chosen.length } }));
}

async function save() {
  const fields = new FormData(form);
  fields.delete('files');
  const answer = await fetch(form.action, {
    method: 'POST',
    body: fields,
    headers: { Accept: 'application/json' },
  });
  const told = answer.headers.get('Content-Type')?.includes('json') && (await answer.json());
  if (!told)
    throw new Error('The job was not saved. Sign in again in another tab, then save once more.');
  return told;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    const told = await save();
    if (!told.next) {
      showProblems(
        told.problems ?? [{ text: told.message ?? 'The job was not saved. Try again.' }],
      );
      button.disabled = false;
      return;
    }
    showProblems([]);
    const open = el('a', { href: told.next, text: 'Open the job without them' });
    if (!chosen.length || (await send(zone, { url: told.uploads, files: chosen, open })))
      location.assign(told.next);
  } catch (error) {
    // fetch throws a TypeError without a connection
    const lost = error instanceof TypeError || !(error instanceof Error);
    const text = lost ? 'The server cannot be reached. Nothing is lost; try again.' : error.message;
    showProblems([{ text }]);
    button.disabled = false;
  }
});
