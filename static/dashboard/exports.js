/** Orders exports and follows imports and exports until they are done, on the live page and report. */

import { speak } from '../common/speak.js';
import { showExports } from './lists.js';

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
  const show = () => showExports(card, transfers, data.can_manage ? order : null);

  /** @param {string} format */
  async function order(format) {
    await attempt(async () => {
      const made = await api.post(`${address}/exports`, { format });
      // One of this kind may be under way already: then it is the answer.
      transfers = [made, ...transfers.filter(({ id }) => id !== made.id)];
    });
    show();
  }

  async function follow() {
    if (!transfers.some(({ state }) => state === 'waiting' || state === 'running')) return;
    await attempt(async () => {
      const before = transfers;
      transfers = await api.get(`${address}/transfers`);
      const done = transfers.find(
        ({ id, state }) =>
          state === 'finished' && before.some((old) => old.id === id && old.state !== 'finished'),
      );
      if (done) speak('The export is ready.');
    });
    show();
  }

  show();
  setInterval(follow, POLL_MS);
}
