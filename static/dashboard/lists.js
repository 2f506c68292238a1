/** The lists of the live page: people now, what happened, alerts, exports. */

import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { importWords } from '../common/import-words.js';
import { fileSize, plural } from '../common/words.js';
import { clock, count, duration, stateWord } from './words.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */
/** @typedef {import('../common/api.js').Transfer} Transfer */

/** @type {Record<string, string>} */
const DOING = { draw: 'drawing', audit: 'audit', idle: 'idle' };

/** Managers see each person, others themselves and how many more there are.
 * @param {HTMLElement} card @param {Snapshot} snapshot */
export function showPeople(card, { people, others }) {
  fill(
    card,
    el(
      'div',
      { class: 'card-head' },
      el('h2', { class: 'card-title', text: 'People at work' }),
      people.length > 0 && el('span', { class: 'card-side', text: 'seconds per image' }),
    ),
    people.length > 0 &&
      el(
        'ul',
        { class: 'people-list' },
        ...people.map((person) =>
          el(
            'li',
            {},
            el('span', { class: 'avatar', 'aria-hidden': 'true', text: person.initials }),
            el('span', { class: 'person-name', text: person.name }),
            el('span', {
              class: 'person-doing',
              text:
                person.doing === 'idle' ? `idle ${duration(person.seen_s)}` : DOING[person.doing],
            }),
            el('span', {
              class: 'person-pace',
              text: person.median_s === null ? '' : `${Math.round(person.median_s)} s`,
            }),
          ),
        ),
      ),
    people.length + others === 0 &&
      el('p', { class: 'chart-empty', text: 'Nobody is working right now.' }),
    others > 0 &&
      el('p', { class: 'card-note', text: `${plural(others, 'other')} in the last hour` }),
  );
}

/** @param {string} kind */
function eventIcon(kind) {
  if (/fail|error|refus|reject|revok|not_provable/.test(kind)) return ['warn', 'is-warn'];
  if (/pause/.test(kind)) return ['pause', ''];
  if (/start|open|began|resume|enter/.test(kind)) return ['play', 'is-acc'];
  return ['check', 'is-ok'];
}

/** @param {HTMLElement} card @param {Snapshot['events']} events */
export function showEvents(card, events) {
  fill(
    card,
    el('div', { class: 'card-head' }, el('h2', { class: 'card-title', text: 'Activity' })),
    events.length
      ? el(
          'ul',
          { class: 'events' },
          ...events.slice(0, 12).map((event) => {
            const [mark, tone] = eventIcon(event.kind);
            return el(
              'li',
              {},
              el('time', { datetime: event.at, text: clock(event.at) }),
              el('span', { class: tone }, icon(mark)),
              el('span', { text: event.text }),
            );
          }),
        )
      : el('p', { class: 'chart-empty', text: 'Nothing yet.' }),
  );
}

/** @param {HTMLElement} root @param {Snapshot} snapshot @param {(() => void)|null} retry */
export function showAlerts(root, { alerts, round }, retry) {
  const failed = round?.step_error;
  const said = alerts.filter(({ text }) => !failed || !text.endsWith(failed)); // it comes below
  fill(
    root,
    ...said.map(({ level, text }) =>
      el('p', { class: `notice notice-${level}` }, icon('warn'), text),
    ),
    failed &&
      el(
        'div',
        { class: 'notice notice-bad' },
        icon('warn'),
        el('span', {
          class: 'grow',
          text: `${stateWord(round.state)}: ${failed} No work is lost.`,
        }),
        retry &&
          el('button', { class: 'button button-small', text: 'Retry', on: { click: retry } }),
      ),
  );
}

/** @type {Record<string, string>} */
const FORMATS = { manifest: 'Output manifest', coco: 'COCO' };

/** Where uploaded files wait is no business of the reader. @param {Transfer} transfer */
const importName = ({ format, source }) =>
  format === 'folder' ? `Images of the folder ${source}` : 'Uploaded images';

/** @param {Transfer} transfer */
function transferRow(transfer) {
  const name =
    transfer.kind === 'export'
      ? (FORMATS[transfer.format] ?? transfer.format)
      : importName(transfer);
  const { state, done, total, url, size } = transfer;
  /** @type {Record<string, string>} */
  const words = {
    waiting: 'waiting',
    running: total ? `${count(done)} of ${count(total)}` : count(done),
    failed: transfer.error || 'failed',
    finished: [
      transfer.kind === 'import' && importWords(transfer.report),
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

/** @param {HTMLElement} card @param {Transfer[]} transfers
 * @param {((format: string) => void)|null} order only managers order exports */
export function showExports(card, transfers, order) {
  card.hidden = !order && transfers.length === 0;
  fill(
    card,
    el(
      'div',
      { class: 'card-head' },
      el('h2', { class: 'card-title', text: 'Imports and exports' }),
    ),
    order &&
      el(
        'div',
        { class: 'export-buttons' },
        ...Object.entries(FORMATS).map(([format, name]) =>
          el(
            'button',
            { class: 'button', 'data-format': format, on: { click: () => order(format) } },
            icon('download'),
            name,
          ),
        ),
      ),
    transfers.length > 0
      ? el('ul', { class: 'transfers' }, ...transfers.slice(0, 8).map(transferRow))
      : el('p', { class: 'chart-empty', text: 'Made in the background; the file appears here.' }),
  );
}
