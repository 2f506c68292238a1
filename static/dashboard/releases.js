/** Makes releases and lists them: number, date, what is in each, what changed since the one before. */

import { ApiError } from '../annotator/sync/api.js';
import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { fileSize } from '../common/words.js';
import { changeWords, contentWords } from './release-words.js';
import { day } from './words.js';

/** @typedef {import('../common/api.js').OneRelease} OneRelease */

/** @param {OneRelease} release */
const releaseRow = (release) =>
  el(
    'li',
    { class: 'transfer release' },
    el('a', { href: release.url, download: true }, icon('download'), `Release ${release.number}`),
    el('span', {
      class: 'transfer-state',
      text: `${day(release.made_at)}, ${fileSize(release.size)}`,
    }),
    el('p', { text: contentWords(release) }),
    el('p', { text: changeWords(release) }),
    release.note && el('p', { class: 'release-note', text: release.note }),
  );

/** @param {(note: string) => Promise<void>} order throws what the server refuses */
function createForm(order) {
  const note = el('input', { id: 'release-note', maxlength: 1000, autocomplete: 'off' });
  const problem = el('p', { class: 'field-error', role: 'alert' });
  const form = el(
    'form',
    { class: 'release-form' },
    el(
      'div',
      { class: 'field' },
      el('label', { for: 'release-note', text: 'Note (optional)' }),
      note,
    ),
    el('button', { class: 'button', type: 'submit', text: 'Make release' }),
    problem,
  );
  let sending = false; // a disabled button would lose the focus
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    problem.textContent = '';
    try {
      await order(note.value);
      note.value = '';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.textContent = error.message;
    } finally {
      sending = false;
    }
  });
  return form;
}

/** The part of the card, and what shows these releases in it.
 * @param {(note: string) => Promise<void>} order */
export function createReleases(order) {
  const list = el('ul', { class: 'transfers' });
  const node = el(
    'div',
    { class: 'releases' },
    el('h3', { text: 'Releases' }),
    el('p', {
      class: 'field-help',
      text: 'A numbered, signed snapshot of images, labels and certificates. It is never changed or deleted.',
    }),
    createForm(order),
    list,
  );
  return {
    node,
    show: (/** @type {OneRelease[]} */ releases) => fill(list, ...releases.map(releaseRow)),
  };
}
