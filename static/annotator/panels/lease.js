/** What is said when an image is about to go back, or has gone to somebody else. */

import { plural } from '../../common/words.js';

/**
 * @param {'held'|'ending'|'lost'} state
 * @param {number} seconds length of a lease
 * @param {{stay: () => void, next: () => void}} page
 * @returns {import('./banner.js').Message|null}
 */
export function leaseMessage(state, seconds, { stay, next }) {
  if (state === 'ending') {
    return {
      text: 'Still there? This image goes back in 60 seconds.',
      actions: [{ label: 'I am here', run: stay }],
    };
  }
  if (state === 'lost') {
    const minutes = plural(Math.max(1, Math.round(seconds / 60)), 'minute', 'minutes');
    return {
      text: `This image was given to someone else after ${minutes} without a sign. What you did is kept; “Next image” sends it as extra evidence.`,
      actions: [{ label: 'Next image', run: next }],
    };
  }
  return null;
}
