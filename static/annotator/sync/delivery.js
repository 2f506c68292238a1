/** Joins API, store and outbox for one person, and shows what became of the work. */

import { must } from '../../common/dom.js';
import { createSignIn } from '../../common/sign-in.js';
import { speak } from '../../common/speak.js';
import { createBanners } from '../panels/banner.js';
import { onlyHere } from '../panels/messages.js';
import { createStatus } from '../panels/status.js';
import { createApi } from './api.js';
import { createOutbox } from './outbox.js';
import { openStore } from './store.js';

/** @typedef {import('./outbox.js').Item} Item */
/** @typedef {import('./outbox.js').OutboxState} OutboxState */

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
 * @param {import('../../common/types.js').User} user
 * @param {object} page
 * @param {() => {hold: number[], count?: number}} page.ask assignments the page has, and how many it wants,
 *   asked for at the moment of sending
 * @param {(item: Item, reply: any) => void} page.onSent
 * @param {(item: Item) => void} page.reopen
 */
export async function createDelivery(user, { ask, onSent, reopen }) {
  /** How the last request went, whoever asked. @type {import('./api.js').ErrorKind|null} */
  let line = null;
  const api = createApi({
    userId: user.id,
    onAnswer: (trouble) => {
      line = trouble;
      showSignedOut();
      // The server is back, as a draft or a claim found out: what waits need not wait longer.
      if (!trouble && last.trouble && !last.sending) outbox.flush();
    },
  });
  const store = await openStore(user.id);
  const banners = createBanners(must('[data-banners]'));
  const keptWhere = store.cause
    ? 'Your work is on this page only: keep it open.'
    : 'Your work is saved here.';
  /** @type {OutboxState} */
  let last = { waiting: 0, sending: false, refused: [], trouble: null };

  const showRefused = (/** @type {Item|undefined} */ item) =>
    banners.set(
      'refused',
      item
        ? {
            text: `The server refused an answer: ${sentence(item.problem?.message ?? '')} Your boxes are kept.`,
            tone: 'bad',
            actions: [
              ...(item.context?.assignment ? [{ label: 'Reopen', run: () => reopen(item) }] : []),
              { label: 'Discard', run: () => outbox.drop(item) },
            ],
          }
        : null,
    );

  /** Anything asks the server: an answer on its way, a draft, the next images. */
  const tryAgain = async () => {
    if (last.waiting) return outbox.flush();
    await api.get('/api/preferences').catch(() => {});
  };
  const signIn = createSignIn(user);
  let askedToSignIn = false;
  /** @param {boolean} back */
  const afterSignIn = async (back) => {
    if (back) await tryAgain();
  };
  const signInNow = () => signIn.ask().then(afterSignIn);
  const isOut = () => line === 'signed_out' || last.trouble === 'signed_out';
  const showSignedOut = () => {
    const out = isOut();
    banners.set(
      'signed-out',
      out
        ? {
            text: `You were signed out. ${keptWhere} Sign in to send it.`,
            actions: [{ label: 'Sign in', run: signInNow }],
          }
        : null,
    );
    // Once by itself; who chose "later" has the button.
    if (out && !askedToSignIn) signIn.askWhenQuiet(isOut).then(afterSignIn);
    else if (!out && askedToSignIn) signIn.close();
    askedToSignIn = out;
  };

  /** @param {OutboxState} state */
  const onState = (state) => {
    status.sent(state);
    showRefused(state.refused[0]);
    if (last.trouble === 'offline' && !state.trouble && !state.waiting)
      speak('Back online. All sent.');
    if (state.trouble === 'offline' && last.trouble !== 'offline') {
      speak(
        `You are offline. Go on: ${state.waiting} answers are here and will be sent. ${keptWhere}`,
      );
    }
    last = state;
    showSignedOut();
  };

  const status = createStatus(() => outbox.flush());
  const outbox = createOutbox({
    store: store.items,
    send: ({ method, url, body }, leaving = false) =>
      // A page that goes wants no more work.
      leaving
        ? api.request(method, url, { ...body, ...ask(), count: 0 }, { outlive: true })
        : api.request(method, url, { ...body, ...ask() }),
    onSent,
    onState,
    alone: onlyTab(user.id),
  });

  window.addEventListener('online', () => outbox.flush());
  window.addEventListener('offline', () => outbox.report());
  document.addEventListener('visibilitychange', () => {
    // Somebody may have signed in in another tab.
    if (document.hidden) return;
    if (last.waiting || last.trouble) outbox.flush();
    else if (line === 'signed_out') tryAgain();
  });
  status.keptHere(store.cause);
  if (store.cause) {
    banners.set(
      'only-here',
      onlyHere(store.cause, () => banners.set('only-here', null)),
    );
    window.addEventListener('beforeunload', (event) => {
      if (last.waiting) event.preventDefault();
    });
  }
  /** Answers kept here that the server does not have. */
  const waiting = () => last.waiting;
  return { api, store, banners, status, outbox, waiting, signInNow };
}

/** @param {string} text */
const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);
