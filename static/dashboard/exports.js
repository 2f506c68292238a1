/** Orders exports and releases and follows all until they are done, on the live page and report. */

import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { speak } from '../common/speak.js';
import { createExportForm } from './export-form.js';
import { DETECTOR, exportWords } from './export-words.js';
import { createReleases } from './releases.js';
import { createTransferList } from './transfers.js';

/** @typedef {import('../common/api.js').Transfer} Transfer */

const POLL_MS = 2_000;

/**
 * @param {HTMLElement} card
 * @param {{data: import('../common/api.js').LivePage|import('../common/api.js').ReportPage, api: ReturnType<typeof import('../annotator/sync/api.js').createApi>}} page
 * @param {(work: () => Promise<void>) => Promise<void>} attempt runs it and shows a refusal
 */
export function startExports(card, { data, api }, attempt) {
  const address = `/api/jobs/${data.job.slug}`;
  /** @type {Transfer[]} */
  let transfers = data.transfers;
  /** Exports asked for in this page: their files are wanted now. @type {Set<number>} */
  const ordered = new Set();

  const list = el('ul', { class: 'transfers' });
  const none = el('p', {
    class: 'chart-empty',
    text: 'Made in the background; the download starts by itself.',
  });
  const showRows = createTransferList(list, data.export_choices);
  const releases = createReleases(release);

  const show = () => {
    card.hidden = !data.can_manage && transfers.length === 0;
    none.hidden = transfers.some(({ release }) => release === null);
    showRows(transfers);
  };

  /** @param {import('../common/api.js').ExportForm} wanted */
  async function order(wanted) {
    /** @type {Transfer} */
    const made = await api.post(`${address}/exports`, wanted);
    ordered.add(made.id);
    // One of this kind may be under way already: then it is the answer.
    transfers = [made, ...transfers.filter(({ id }) => id !== made.id)];
    speak(
      `The export is being made: ${exportWords(made, data.export_choices)}. Its download starts by itself.`,
    );
    show();
  }

  /** @param {string} note */
  async function release(note) {
    /** @type {Transfer} */
    const made = await api.post(`${address}/releases`, { note });
    ordered.add(made.id);
    transfers = [made, ...transfers.filter(({ id }) => id !== made.id)];
    speak('The release is being made.');
    show();
  }

  /** @param {Transfer} transfer a release that is finished */
  async function showReleased({ id }) {
    /** @type {import('../common/api.js').OneRelease[]} */
    const found = await api.get(`${address}/releases`);
    releases.show(found);
    if (ordered.delete(id)) speak(`Release ${found[0].number} is ready.`);
  }

  async function follow() {
    if (!transfers.some(({ state }) => state === 'waiting' || state === 'running')) return;
    await attempt(async () => {
      const unmade = transfers.filter(({ kind, release }) => kind === 'release' && !release);
      transfers = await api.get(`${address}/transfers`);
      show();
      const made = transfers.find((one) => one.release && unmade.some(({ id }) => id === one.id));
      if (made) await showReleased(made);
      for (const { id, kind, state, url, error } of transfers.filter((one) =>
        ordered.has(one.id),
      )) {
        if (state === 'finished' && url) {
          ordered.delete(id);
          // The page stays where it is and so does the focus: the browser says where the file goes.
          el('a', { href: url, download: true }).click();
          speak('The export is ready. Its download has started.');
        } else if (state === 'failed') {
          ordered.delete(id);
          speak(`The ${kind} failed: ${error}`, 'assertive');
        }
      }
    });
  }

  const plain = () => attempt(() => order({ format: 'coco' }));
  const detector = () => attempt(() => order({ format: DETECTOR }));
  fill(
    card,
    el(
      'div',
      { class: 'card-head' },
      el('h2', { class: 'card-title', text: 'Imports, exports and releases' }),
    ),
    data.can_manage &&
      el(
        'div',
        { class: 'export-order' },
        el(
          'div',
          { class: 'export-buttons' },
          el(
            'button',
            { class: 'button', 'data-format': 'coco', on: { click: plain } },
            icon('download'),
            'Export COCO',
          ),
          data.export_choices.detectors.length > 0 &&
            el(
              'button',
              {
                class: 'button',
                'data-format': DETECTOR,
                title: 'The latest detector as ONNX, its weights, and a program that runs it',
                on: { click: detector },
              },
              icon('download'),
              'Export detector',
            ),
        ),
        el(
          'details',
          { class: 'export-more' },
          el('summary', { text: 'Other formats and options' }),
          createExportForm(data.export_choices, order),
        ),
      ),
    list,
    none,
    data.can_manage && releases.node,
  );
  releases.show(data.releases);
  show();
  setInterval(follow, POLL_MS);
}
