/** The import page: chosen or dropped files are sent with progress; below, how the imports went. */

import { must } from '../common/dom.js';
import { fileSize, plural } from '../common/words.js';
import { createDropZone } from './drop-zone.js';
import { followImports } from './import-list.js';
import { send } from './sending.js';

const list = must('#import-list');
const form = /** @type {HTMLFormElement} */ (must('#import-form'));
const imports = followImports(list, list.dataset.imports ?? '');
/** @type {File[]} */
let chosen = [];

const zone = createDropZone(
  /** @type {HTMLInputElement} */ (must('input[data-drop]', form)),
  (files) => {
    chosen = [...chosen, ...files];
    showChosen();
  },
);

function showChosen() {
  const bytes = chosen.reduce((sum, file) => sum + file.size, 0);
  zone.say(chosen.length > 0 && `${plural(chosen.length, 'file')} chosen, ${fileSize(bytes)}.`);
}

form.addEventListener('submit', async (event) => {
  if (!chosen.length) return; // a folder on the server
  event.preventDefault();
  const files = chosen;
  chosen = [];
  const boxes = /** @type {HTMLSelectElement} */ (must('#id_boxes')).value;
  await send(zone, { url: list.dataset.uploads ?? '', files, boxes });
  imports.refresh();
});
