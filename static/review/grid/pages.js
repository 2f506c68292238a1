/** Pages of the grid: asked for, sent, gone on from, taken back. */

import { ApiError } from '../../annotator/sync/api.js';

/** @typedef {import('../../common/api.js').CheckForm} Check */

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../../annotator/sync/api.js').createApi>} parts.api
 * @param {string} parts.slug
 * @param {import('./kept.js').Kept} parts.kept
 * @param {() => URLSearchParams|null} parts.query the filters; null where they make no sense
 * @param {(page: import('../../common/api.js').GridLabels) => void} parts.onPage
 * @param {(text: string) => void} parts.tell
 * @param {import('./place.js').Place} parts.start where the first page lies
 * @param {(text: string, undo: () => void) => void} parts.onStored what can be taken back now
 * @param {(busy: boolean) => void} parts.onBusy
 */
export function createPages({ api, slug, kept, query, onPage, tell, start, onStored, onBusy }) {
  /** Places where the pages before this one began. */
  let { earlier, after: here } = start;
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

  /** @param {import('../../common/api.js').GridLabels} page */
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
  /** @param {Check[]} checks @returns {Promise<{label: number, stored: boolean, message: string}[]>} */
  const put = async (checks) => {
    const reply = await ask(() => api.request('PUT', `/api/jobs/${slug}/grid/checks`, { checks }));
    return reply?.results ?? [];
  };
  /** The page sent last comes back, where nobody has built on it. */
  const undo = async () => {
    const mine = sent;
    sent = [];
    let stuck = 0;
    for (const id of mine) {
      if (!(await ask(() => api.request('DELETE', `/api/labels/${id}/check`)))) stuck += 1;
    }
    await again();
    if (stuck) tell(`${stuck} could not be undone: someone is working on them.`);
    else if (mine.length) tell('What was sent is back.');
  };

  return {
    take,
    undo,
    /** @returns {import('./place.js').Place} */
    get place() {
      return { after: here, earlier };
    },
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
    /** @param {Check[]} checks those of the page that are marked */
    async send(checks) {
      const results = await put(checks);
      if (!results.length) return;
      const refused = results.filter((row) => !row.stored);
      sent = results.filter((row) => row.stored).map((row) => row.label);
      kept.drop(sent);
      await again();
      if (sent.length) onStored(`${sent.length} stored.`, undo);
      if (refused.length) tell(`${refused.length} not stored: ${refused[0].message}`);
    },
    /** One check alone; the page stays as it is. @param {Check} check
     * @returns {Promise<boolean>} whether the server has it */
    async sendOne(check) {
      const [row] = await put([check]);
      if (row && !row.stored) tell(`Not stored: ${row.message}`);
      return row?.stored ?? false;
    },
    /** @param {number} label @returns {Promise<boolean>} whether its check is gone */
    async takeBackOne(label) {
      return (await ask(() => api.request('DELETE', `/api/labels/${label}/check`))) !== null;
    },
  };
}
