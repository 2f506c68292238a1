/** How far a job's imports are, and what was refused and why. */

import { importWords, OUTCOMES } from '../common/import-words.js';

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
const nameOf = ({ format, source }) =>
  ({ files: 'Uploaded files', zip: 'Zip archive' })[/** @type {string} */ (format)] ??
  `Folder ${source}`;

/** @param {import('../common/api.js').Transfer} row */
const stateOf = ({ state, done, total, error }) =>
  ({
    waiting: error ? 'tried again by itself' : 'waiting for a worker',
    running: !total ? 'reading' : `${done} of ${total}`,
    finished: 'imported',
    failed: 'failed',
  })[/** @type {string} */ (state)];

/** @param {import('../common/api.js').Transfer} row */
function entry(row) {
  const box = document.createElement('article');
  box.append(element('h3', `${nameOf(row)}: ${stateOf(row)}`));
  if (row.state === 'running' && row.total) {
    const bar = document.createElement('progress');
    bar.max = row.total;
    bar.value = row.done;
    bar.setAttribute('aria-label', 'Import');
    box.append(bar);
  }
  if (row.error) box.append(element('p', row.error));
  const report = row.report;
  if (report.imported !== undefined) box.append(element('p', importWords(report)));
  if (report.imported === 0 && !report.added_boxes)
    box.append(element('p', 'Nothing was imported.'));
  for (const note of report.notes ?? []) box.append(element('p', note));
  if (report.listed?.length) {
    const details = document.createElement('details');
    details.open = !report.imported;
    details.append(element('summary', 'Skipped or changed files'));
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

/**
 * Keeps the list of a job's imports up to date.
 * @param {HTMLElement} list
 * @param {string} url
 * @param {(busy: boolean) => void} [onChange] something happened to an import
 */
export function followImports(list, url, onChange) {
  let before = '';
  let asked = 0;
  const refresh = async () => {
    asked += 1;
    const mine = asked;
    let busy = false;
    try {
      const answer = await fetch(url);
      if (answer.status === 401 || answer.status === 404) return;
      if (answer.ok) busy = show(await answer.json());
    } catch {
      // the server is away: ask again
    }
    if (mine === asked) setTimeout(() => mine === asked && refresh(), busy ? 1000 : 5000);
  };
  /** @param {import('../common/api.js').Transfer[]} all */
  const show = (all) => {
    const rows = all.filter((row) => row.kind === 'import');
    const busy = rows.some((row) => row.state === 'waiting' || row.state === 'running');
    const now = JSON.stringify(rows);
    if (now === before) return busy;
    before = now;
    const read = list.querySelector('details[open]') && rows.length === list.childElementCount;
    if (rows.length && !read) list.replaceChildren(...rows.map(entry));
    // also at first: an import may have ended since the server made the page
    if (rows.length) onChange?.(busy);
    return busy;
  };
  refresh();
  return { refresh };
}
