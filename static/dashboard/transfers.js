/** The list of imports, exports and releases under way: how far each is, and its file. */

import { arrange, el } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { importWords } from '../common/import-words.js';
import { fileSize, plural } from '../common/words.js';
import { DETECTOR, exportWords } from './export-words.js';
import { clock, count } from './words.js';

/** @typedef {import('../common/api.js').Transfer} Transfer */

const SHOWN = 8;

/** Where uploaded files wait is no business of the reader. @param {Transfer} transfer */
const importName = ({ format, source }) =>
  format === 'folder' ? `Images of the folder ${source}` : 'Uploaded images';

/** @param {Transfer} transfer @param {import('./export-words.js').Choices} choices */
function transferRow(transfer, choices) {
  const names = {
    import: () => importName(transfer),
    export: () => exportWords(transfer, choices),
    release: () => 'Release',
  };
  const name = names[transfer.kind]();
  const { state, done, total, url, size } = transfer;
  /** @type {Record<string, string>} */
  const words = {
    waiting: transfer.error ? `tried again by itself: ${transfer.error}` : 'waiting',
    running: total ? `${count(done)} of ${count(total)}` : count(done),
    failed: transfer.error || 'failed',
    finished: [
      transfer.kind === 'import'
        ? importWords(transfer.report)
        : transfer.format !== DETECTOR &&
          plural(
            transfer.report.images ?? 0,
            'image',
            'images',
            count(transfer.report.images ?? 0),
          ),
      size !== null && fileSize(size),
      transfer.finished_at && clock(transfer.finished_at),
    ]
      .filter(Boolean)
      .join(', '),
  };
  return el(
    'li',
    { class: 'transfer' },
    url && state === 'finished'
      ? el('a', { href: url, download: true }, icon('download'), name)
      : el('span', { text: name }),
    el('span', {
      class: state === 'failed' ? 'transfer-state is-bad' : 'transfer-state',
      text: words[state],
    }),
    transfer.report_url &&
      el('a', {
        href: transfer.report_url,
        download: true,
        'aria-label': `Download the report of import ${transfer.id}`,
        text: 'Download report',
      }),
    state === 'running' &&
      total !== null &&
      el(
        'div',
        { class: 'bar' },
        el('span', { style: { width: `${(100 * done) / Math.max(1, total)}%` } }),
      ),
  );
}

/** Shows the latest in the list; a row that did not change stays, and with it the focus on its link.
 * @param {HTMLElement} list @param {import('./export-words.js').Choices} choices */
export function createTransferList(list, choices) {
  /** @type {Map<number, [string, HTMLElement]>} */
  let rows = new Map();

  return (/** @type {Transfer[]} */ transfers) => {
    // a finished release has its place in the list of releases
    const told = transfers.filter(({ release }) => release === null);
    const next = told.slice(0, SHOWN).map((transfer) => {
      const text = JSON.stringify(transfer);
      const [before, node] = rows.get(transfer.id) ?? [];
      return /** @type {[number, [string, HTMLElement]]} */ ([
        transfer.id,
        [text, before === text && node ? node : transferRow(transfer, choices)],
      ]);
    });
    rows = new Map(next);
    arrange(
      list,
      next.map(([, [, node]]) => node),
    );
  };
}
