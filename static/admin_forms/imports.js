/** Shows how far uploads and imports are, and what was refused and why. */

import { importWords, OUTCOMES } from '../common/import-words.js';

const list = /** @type {HTMLElement} */ (document.getElementById('import-list'));
const form = /** @type {HTMLFormElement} */ (document.getElementById('import-form'));
const bar = /** @type {HTMLProgressElement} */ (document.getElementById('upload-progress'));

/**
 * @param {string} tag
 * @param {string} text
 */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** @param {import('../common/api.js').Transfer} row */
function entry(row) {
  const box = document.createElement('article');
  const total = row.total ? ` of ${row.total}` : '';
  box.append(element('h3', `${row.format}: ${row.state}, ${row.done}${total}`));
  if (row.error) box.append(element('p', row.error));
  const report = row.report;
  if (report.imported !== undefined) box.append(element('p', importWords(report)));
  if (report.imported === 0 && !report.added_boxes)
    box.append(element('p', 'Nothing was imported.'));
  for (const note of report.notes ?? []) box.append(element('p', note));
  if (report.listed?.length) {
    const details = document.createElement('details');
    details.open = !report.imported;
    details.append(element('summary', 'What was left out or changed, and why'));
    const items = document.createElement('ul');
    for (const [kind, name, reason] of report.listed)
      items.append(element('li', `${name} (${OUTCOMES[kind] ?? kind}): ${reason}`));
    details.append(items);
    box.append(details);
  }
  if (row.report_url) {
    const link = /** @type {HTMLAnchorElement} */ (element('a', 'Download report'));
    link.href = row.report_url;
    link.download = '';
    link.setAttribute('aria-label', `Download the report of import ${row.id}`);
    const line = document.createElement('p');
    line.append(link, ' (CSV: every file, what became of it, and why)');
    box.append(line);
  }
  return box;
}

async function refresh() {
  const answer = await fetch(/** @type {string} */ (list.dataset.url));
  if (answer.status === 401 || answer.status === 404) return;
  if (!answer.ok) return void setTimeout(refresh, 5000);
  /** @type {import('../common/api.js').Transfer[]} */
  const all = await answer.json();
  const rows = all.filter((row) => row.kind === 'import');
  const read = list.querySelector('details[open]') && rows.length === list.childElementCount;
  if (rows.length && !read) list.replaceChildren(...rows.map(entry));
  const busy = rows.some((r) => r.state === 'waiting' || r.state === 'running');
  setTimeout(refresh, busy ? 1000 : 5000);
}

/** @param {string} text */
function say(text) {
  list.prepend(element('p', text));
}

form.addEventListener('submit', (event) => {
  const files = /** @type {HTMLInputElement} */ (form.querySelector('input[type=file]')).files;
  if (!files?.length) return;
  event.preventDefault();
  const sent = new FormData(form);
  sent.delete('folder');
  const request = new XMLHttpRequest();
  request.open('POST', /** @type {string} */ (list.dataset.uploads));
  request.setRequestHeader('X-CSRFToken', String(sent.get('csrfmiddlewaretoken')));
  request.responseType = 'json';
  bar.hidden = false;
  request.upload.addEventListener('progress', (step) => {
    bar.value = step.total ? step.loaded / step.total : 0;
  });
  request.addEventListener('load', () => {
    bar.hidden = true;
    if (request.status < 300) {
      form.reset();
      refresh();
    } else say(request.response?.message ?? `The server refused the upload (${request.status}).`);
  });
  request.addEventListener('error', () => {
    bar.hidden = true;
    say('The upload was interrupted. Nothing was imported; try again.');
  });
  request.send(sent);
});

refresh();
