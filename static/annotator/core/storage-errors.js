/** Why this browser did not keep a piece of work, as codes; `panels/messages.js` has the sentences. */

/** @typedef {'forbidden'|'full'|'failed'|'elsewhere'} NotKept
 * `elsewhere`: newer work on the same image exists, and the person has not chosen yet. */

/** What browsers throw where storage is switched off: blocked site data, some private windows. */
const FORBIDDEN = ['SecurityError', 'InvalidStateError', 'NotAllowedError', 'TypeError'];

/** @param {unknown} error of the browser's database @returns {NotKept} */
export function causeOf(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') return 'full';
  return FORBIDDEN.includes(name) ? 'forbidden' : 'failed';
}
