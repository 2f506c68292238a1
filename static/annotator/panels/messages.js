/** Sentences of the banners over the canvas. */

import { plural } from '../../common/words.js';
import { causeOf } from '../core/storage-errors.js';
import { ApiError } from '../sync/api.js';

/** @typedef {import('./banner.js').Message} Message */
/** @typedef {import('../core/storage-errors.js').NotKept} NotKept */

/** @type {Record<NotKept, string>} */
const HERE = {
  forbidden: 'This browser blocks storage',
  full: 'This browser has no storage left for answers',
  failed: 'This browser failed to store the answer',
  elsewhere: 'Choose first which work on this image to keep',
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
      ? `The server rejected this: ${server.message} Your boxes stay on screen.`
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
  text: 'This job is paused. Finish the images you have; more follow when it resumes.',
};

/** @param {() => void} next @returns {Message} */
export const answeredElsewhere = (next) => ({
  text: 'You sent this image from another tab. Sending it here, too, replaces that answer.',
  actions: [{ label: 'Next image', run: next }],
});

/** What is said when an image is about to go back, or has gone to somebody else.
 * @param {import('../sync/leases.js').LeaseState} state
 * @param {number} seconds length of a lease
 * @param {{stay: () => void, next: () => void, lost: string}} page `lost`: what becomes of the work
 * @returns {Message|null}
 */
export function leaseMessage(state, seconds, { stay, next, lost }) {
  const minutes = plural(Math.max(1, Math.round(seconds / 60)), 'minute', 'minutes');
  if (state === 'ending') {
    return {
      text: 'Still working? This image is released in 60 seconds.',
      actions: [{ label: 'Keep it', run: stay }],
    };
  }
  if (state === 'ended') {
    return {
      text: `No activity for ${minutes}: this image may be reassigned. Continue, and it stays yours if nobody has taken it.`,
      actions: [{ label: 'Keep it', run: stay }],
    };
  }
  if (state === 'lost') {
    return {
      text: `This image was reassigned after ${minutes} without activity, or by a manager. ${lost}`,
      actions: [{ label: 'Next image', run: next }],
    };
  }
  return null;
}
