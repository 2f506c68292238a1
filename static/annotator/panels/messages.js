/** Sentences of the banners over the canvas, beside those about leases. */

import { ApiError } from '../api.js';

/** @typedef {import('./banner.js').Message} Message */

/** @type {Message} */
const NO_ROOM = {
  text: 'This browser cannot keep more answers and the server cannot be reached. Your boxes stay on screen; submit again when you are online.',
  tone: 'bad',
};

/** Neither this browser nor the server took the work. @param {unknown} error of the server
 * @returns {Message} */
export const notTaken = (error) =>
  error instanceof ApiError && error.kind === 'refused'
    ? { text: `The server refused this: ${error.message} Your boxes stay on screen.`, tone: 'bad' }
    : NO_ROOM;

/** @type {Message} */
export const PAUSED = {
  text: 'This job is paused. Finish what you have; more comes when it goes on.',
};

/** @param {() => void} next @returns {Message} */
export const answeredElsewhere = (next) => ({
  text: 'You sent this image from another tab. Sending it here, too, replaces that answer.',
  actions: [{ label: 'Next image', run: next }],
});
