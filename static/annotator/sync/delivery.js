/** Joins API, store and outbox for one person: what is kept here goes to the server when it can. */

import { createApi } from './api.js';
import { createOutbox } from './outbox.js';
import { PAGE_ID } from './page-id.js';
import { openStore } from './store.js';

/** One tab sends at a time where the browser can tell; the server takes repeats well anyway.
 * @param {number} userId */
const onlyTab = (userId) => async (/** @type {() => Promise<void>} */ work) => {
  // Browsers offer locks over HTTPS and on localhost only.
  if (!navigator.locks) return work();
  let begun = false;
  const locked = () => {
    begun = true;
    return work();
  };
  try {
    await navigator.locks.request(`boxwise-${userId}`, locked);
  } catch (error) {
    // Where storage is forbidden, locks may be, too.
    if (begun) throw error;
    await work();
  }
};

/**
 * @param {import('../app.js').App<any>} app
 * @param {number} userId
 * @param {number} [stock] how many assignments the page would like to hold
 */
export async function createDelivery(app, userId, stock) {
  /** How the last request went, whoever asked. @type {import('./api.js').ErrorKind|null} */
  let line = null;
  const api = createApi({
    userId,
    onAnswer: (trouble) => {
      line = trouble;
      app.emit('line-changed', trouble);
      // The server is back, as a draft or a claim found out: what waits need not wait longer.
      if (!trouble && app.outbox.trouble && !app.outbox.sending) outbox.flush();
    },
  });
  const store = await openStore(userId);
  /** Asked for at the moment of sending. */
  const wanted = () => ({ hold: app.held().map(({ id }) => id), count: stock, page: PAGE_ID });
  const outbox = createOutbox({
    store: store.items,
    send: ({ method, url, body }, leaving = false) =>
      // A page that goes wants no more work.
      leaving
        ? api.request(method, url, { ...body, ...wanted(), count: 0 }, { outlive: true })
        : api.request(method, url, { ...body, ...wanted() }),
    onSent: (item, reply) => {
      store.removeDraft(item.assignment);
      app.emit('sent', { item, reply });
    },
    onState: (state) => {
      app.outbox = state;
      app.emit('outbox-changed', state);
    },
    alone: onlyTab(userId),
  });

  /** Anything asks the server: an answer on its way, a draft, the next images. */
  const tryAgain = async () => {
    if (app.outbox.waiting) return outbox.flush();
    await api.get('/api/preferences').catch(() => {});
  };
  window.addEventListener('online', () => outbox.flush());
  window.addEventListener('offline', () => outbox.report());
  document.addEventListener('visibilitychange', () => {
    // Somebody may have signed in in another tab.
    if (document.hidden) return;
    if (app.outbox.waiting || app.outbox.trouble) outbox.flush();
    else if (line === 'signed_out') tryAgain();
  });
  return { api, store, outbox, tryAgain };
}
