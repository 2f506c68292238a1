/** Pages of the grid: asked for, sent, gone on from, taken back. */

import { ApiError } from '../../annotator/api.js';

/** @typedef {{label: number, verdict: string, reason: string}} Check */

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../../annotator/api.js').createApi>} parts.api
 * @param {string} parts.slug
 * @param {import('./kept.js').Kept} parts.kept
 * @param {() => URLSearchParams|null} parts.query the filters; null where they make no sense
 * @param {(page: any) => void} parts.onPage
 * @param {(text: string) => void} parts.tell
 * @param {() => string} parts.undoKey
 * @param {(busy: boolean) => void} parts.onBusy
 */
export function createPages({ api, slug, kept, query, onPage, tell, undoKey, onBusy }) {
  /** Places where the pages before this one began. @type {string[]} */
  let earlier = [];
  let here = '';
  /** @type {string|null} */
  let after = null;
  /** Labels of the page sent last. @type {number[]} */
  let sent = [];
  let busy = false;

  /** @template T @param {() => Promise<T>} call @returns {Promise<T|null>} */
  const ask = async (call) => {
    if (busy) return null;
    busy = true;
    onBusy(true);
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell(`${error.message} Your marks are kept here.`);
      return null;
    } finally {
      busy = false;
      onBusy(false);
    }
  };

  /** @param {any} page */
  const take = (page) => {
    after = page.after;
    onPage(page);
  };

  /** @param {string[]} before @param {string} place */
  const go = async (before, place) => {
    const wanted = query();
    if (!wanted) return;
    if (place) wanted.set('after', place);
    const page = await ask(() => api.get(`/api/jobs/${slug}/grid?${wanted}`));
    if (!page) return;
    earlier = before;
    here = place;
    take(page);
  };
  const again = () => go(earlier, here);

  return {
    take,
    again,
    first: () => go([], ''),
    get onwards() {
      const next = after;
      return next === null ? null : () => go([...earlier, here], next);
    },
    get backwards() {
      return earlier.length ? () => go(earlier.slice(0, -1), earlier[earlier.length - 1]) : null;
    },
    get canUndo() {
      return sent.length > 0;
    },
    /** @param {Check[]} checks of the whole page */
    async send(checks) {
      const reply = await ask(() =>
        api.request('PUT', `/api/jobs/${slug}/grid/checks`, { checks }),
      );
      if (!reply) return;
      /** @type {{label: number, stored: boolean, message: string}[]} */
      const results = reply.results;
      const refused = results.filter((row) => !row.stored);
      sent = results.filter((row) => row.stored).map((row) => row.label);
      kept.drop(sent);
      await again();
      if (refused.length) tell(`${refused.length} not stored: ${refused[0].message}`);
      else tell(`${sent.length} stored. ${undoKey()} takes the page back.`);
    },
    /** The page sent last comes back, where nobody has built on it. */
    async undo() {
      const mine = sent;
      sent = [];
      let stuck = 0;
      for (const id of mine) {
        if (!(await ask(() => api.request('DELETE', `/api/labels/${id}/check`)))) stuck += 1;
      }
      await again();
      if (stuck) tell(`${stuck} could not be taken back: others work on them.`);
      else if (mine.length) tell('The page is back.');
    },
  };
}
