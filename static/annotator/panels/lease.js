/** What is said when an image is about to go back, or has gone to somebody else. */

import { plural } from '../../common/words.js';

/**
 * @param {import('../sync/leases.js').LeaseState} state
 * @param {number} seconds length of a lease
 * @param {{stay: () => void, next: () => void}} page
 * @returns {import('./banner.js').Message|null}
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
