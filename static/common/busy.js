/** Waits as long as a busy server asks, and tries again. */

const TRIES = 4;
const LONGEST_S = 30;

/** Seconds that the server asked to wait. @param {Response} reply @returns {number|null} */
export const secondsAsked = (reply) => Number(reply.headers.get('Retry-After')) || null;

/** Resolves once the server may be asked again. @param {Response} reply */
export const asked = (reply) =>
  new Promise((done) => setTimeout(done, 1000 * Math.min(LONGEST_S, secondsAsked(reply) ?? 1)));

/** A picture's answer; one that is refused for the moment only is asked for again.
 * @param {string} url */
export async function fetchPatiently(url) {
  for (let left = TRIES; ; left -= 1) {
    const reply = await fetch(url, { credentials: 'same-origin' });
    if ((reply.status !== 429 && reply.status !== 503) || left <= 1) return reply;
    await asked(reply);
  }
}
