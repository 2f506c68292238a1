/** Sentences of the banners over the canvas. */

import { plural } from '../../common/words.js';
import { causeOf } from '../core/storage-errors.js';
import { ApiError } from '../sync/api.js';

/** @typedef {import('./banner.js').Message} Message */
/** @typedef {import('../core/storage-errors.js').NotKept} NotKept */

/** @type {Record<NotKept, string>} */
const HERE = {
  forbidden: 'This browser lets the page store nothing',
  full: 'This browser has no storage left for answers',
  failed: 'This browser failed to store the answer',
  elsewhere: 'Other work on this image waits for your choice',
};
/** @type {Record<import('../sync/api.js').ErrorKind, string>} */
const THERE = {
  offline: 'and the server cannot be reached. Submit again when you are online',
  busy: 'and the server is too busy to take it. Submit again in a moment',
  signed_out: 'and you are signed out. Sign in, then submit again',
  refused: '',
};

/** Neither this browser nor the server took the work. @param {unknown} storage why not the browser
 * @param {unknown} server why not the server @returns {Message} */
export function notTaken(storage, server) {
  const kind = server instanceof ApiError ? server.kind : 'offline';
  const text =
    server instanceof ApiError && kind === 'refused'
      ? `The server refused this: ${server.message} Your boxes stay on screen.`
      : `${HERE[causeOf(storage)]}, ${THERE[kind]}. Your boxes stay on screen.`;
  return { text, tone: 'bad' };
}

/** Answers go straight to the server, and what it lacks ends with the page.
 * @param {NotKept} cause @param {() => void} close @returns {Message} */
export const onlyHere = (cause, close) => ({
  text: `${HERE[cause]}. Keep this page open until “All sent” stands above: what is not sent is lost with it.`,
  actions: [{ label: 'OK', run: close }],
});

/** @type {Message} */
export const PAUSED = {
  text: 'This job is paused. Finish what you have; more comes when it goes on.',
};

/** @param {() => void} next @returns {Message} */
export const answeredElsewhere = (next) => ({
  text: 'You sent this image from another tab. Sending it here, too, replaces that answer.',
  actions: [{ label: 'Next image', run: next }],
});

/** What is said when an image is about to go back, or has gone to somebody else.
 * @param {import('../sync/leases.js').LeaseState} state
 * @param {number} seconds length of a lease
 * @param {{stay: () => void, next: () => void}} page
 * @returns {Message|null}
 */
export function leaseMessage(state, seconds, { stay, next }) {
  const minutes = plural(Math.max(1, Math.round(seconds / 60)), 'minute', 'minutes');
  if (state === 'ending') {
    return {
      text: 'Still there? This image goes back in 60 seconds.',
      actions: [{ label: 'I am here', run: stay }],
    };
  }
  if (state === 'ended') {
    return {
      text: `Nothing was done here for ${minutes}, so this image may go to someone else. Go on, and it stays yours if nobody has taken it.`,
      actions: [{ label: 'I am here', run: stay }],
    };
  }
  if (state === 'lost') {
    return {
      text: `This image is no longer yours: it went to the others after ${minutes} without a sign, or a manager gave it to them. What you did is kept; “Next image” submits it as an extra answer.`,
      actions: [{ label: 'Next image', run: next }],
    };
  }
  return null;
}
