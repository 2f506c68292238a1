/** A place to drop files, folders and archives, made of a plain file field; the whole page takes them. */

import { el, fill } from '../common/dom.js';
import { plural } from '../common/words.js';

/** Files that systems leave in folders, which nobody means to send. */
const HIDDEN = /^(\.|Thumbs\.db$|desktop\.ini$)/i;
const NAMED = 3;

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function filesOf(entry) {
  if (entry.isFile)
    return [
      await new Promise((done, failed) =>
        /** @type {FileSystemFileEntry} */ (entry).file(done, failed),
      ),
    ];
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) {
    // a browser gives a hundred at a time
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const one of some) found.push(...(await filesOf(one)));
  }
}

/** @param {DataTransfer} data */
async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some(Boolean)) return [...data.files];
  const lists = await Promise.all(entries.map((entry) => (entry ? filesOf(entry) : [])));
  return lists.flat();
}

/** What of these an import can use, and a sentence about the rest; empty if there is none.
 * @param {File[]} files @param {string} accept endings with commas between them */
export function sorted(files, accept) {
  const endings = accept.split(',');
  const meant = files.filter((file) => !HIDDEN.test(file.name));
  const usable = (/** @type {File} */ file) =>
    !file.name.includes('.') || endings.some((ending) => file.name.toLowerCase().endsWith(ending));
  const taken = meant.filter(usable);
  const names = meant.filter((file) => !usable(file)).map(({ name }) => name);
  if (!names.length) return { taken, refused: '' };
  const shown = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const rest = taken.length
    ? ` ${plural(taken.length, 'other file is', 'other files are')} kept.`
    : '';
  return {
    taken,
    refused: `${shown}${more} cannot be imported: choose JPEG, PNG or WebP images, zip archives or annotation files (COCO, YOLO, VOC, CVAT, Label Studio).${rest}`,
  };
}

/**
 * @param {HTMLInputElement} input a field of many files
 * @param {(files: File[]) => void} take usable files, each time some are dropped or chosen
 */
export function createDropZone(input, take) {
  const folder = el('input', { type: 'file', webkitdirectory: true, hidden: true });
  const said = el('p', { class: 'drop-said', role: 'status' });
  const refused = el('p', { class: 'drop-refused', role: 'alert' });
  const bar = el('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Upload' });
  const button = (/** @type {string} */ text, /** @type {HTMLInputElement} */ field) =>
    el('button', { class: 'button', text, on: { click: () => field.click() } });
  const zone = el('div', { class: 'drop-zone' });
  input.hidden = true;
  input.after(zone);
  fill(
    zone,
    el('p', { class: 'drop-words', text: 'Drop images, a folder or a zip archive here' }),
    el(
      'p',
      { class: 'drop-buttons' },
      button('Choose files', input),
      button('Choose a folder', folder),
    ),
    folder,
    said,
    refused,
    bar,
  );

  /** @param {File[]} files */
  const offer = (files) => {
    const { taken, refused: why } = sorted(files, input.accept);
    refused.textContent = why || (files.length ? '' : 'No files found in it.');
    if (taken.length) take(taken);
  };
  for (const field of [input, folder]) {
    // it changes no field of the form around it
    field.addEventListener('input', (event) => event.stopPropagation());
    field.addEventListener('change', (event) => {
      event.stopPropagation();
      const files = [...(field.files ?? [])];
      field.value = ''; // choosing the same files again is a change, too
      if (files.length) offer(files);
    });
  }

  const carriesFiles = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.add('is-over');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) zone.classList.remove('is-over');
  });
  document.addEventListener('drop', async (event) => {
    zone.classList.remove('is-over');
    if (!event.dataTransfer || !carriesFiles(event)) return;
    event.preventDefault();
    zone.scrollIntoView({ block: 'nearest' });
    try {
      offer(await dropped(event.dataTransfer));
    } catch {
      refused.textContent = 'The browser cannot read the dropped items. Use “Choose files”.';
    }
  });

  return {
    /** @param {...import('../common/dom.js').Child} words what is chosen, or how far it is */
    say: (...words) => fill(said, ...words),
    /** @param {...import('../common/dom.js').Child} words */
    warn: (...words) => fill(refused, ...words),
    /** @param {number|null} share of what is sent; null: nothing is being sent */
    progress: (share) => {
      bar.hidden = share === null;
      bar.value = share ?? 0;
    },
  };
}
