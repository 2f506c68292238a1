/** Tells what becomes of the work on its way: signed out, offline, refused, or kept on this page alone. */

import { must } from '../../common/dom.js';
import { createSignIn } from '../../common/sign-in.js';
import { speak } from '../../common/speak.js';
import { createBanners } from './banner.js';
import { onlyHere } from './messages.js';
import { createStatus } from './status.js';

/** @typedef {import('../sync/outbox.js').Item} Item */

/**
 * @param {import('../app.js').App<any>} app
 * @param {import('../../common/api.js').User} user
 * @param {Pick<Awaited<ReturnType<typeof import('../sync/delivery.js').createDelivery>>,
 *   'store'|'outbox'|'tryAgain'>} delivery
 */
export function showConnection(app, user, { store, outbox, tryAgain }) {
  const banners = createBanners(must('[data-banners]'));
  const status = createStatus(() => outbox.flush());
  const keptWhere = store.cause
    ? 'Your work is on this page only: keep it open.'
    : 'Your work is saved here.';
  /** @type {import('../sync/api.js').ErrorKind|null} */
  let line = null;
  let last = app.outbox;

  const showRefused = (/** @type {Item|undefined} */ item) =>
    banners.set(
      'refused',
      item
        ? {
            text: `The server refused an answer: ${sentence(item.problem?.message ?? '')} Your boxes are kept.`,
            tone: 'bad',
            actions: [
              ...(item.context?.assignment
                ? [{ label: 'Reopen', run: () => app.emit('refused-reopened', item) }]
                : []),
              { label: 'Discard', run: () => outbox.drop(item) },
            ],
          }
        : null,
    );

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

  app.on('sign-in', signInNow);
  app.on('line-changed', (trouble) => {
    line = trouble;
    showSignedOut();
  });
  app.on('outbox-changed', (state) => {
    status.sent(state);
    showRefused(state.refused[0]);
    if (last.trouble === 'offline' && !state.trouble && !state.waiting)
      speak('Back online. All sent.');
    if (state.trouble === 'offline' && last.trouble !== 'offline')
      speak(
        `You are offline. Go on: ${state.waiting} answers are here and will be sent. ${keptWhere}`,
      );
    last = state;
    showSignedOut();
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
  return { banners, status };
}

/** @param {string} text */
const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);
