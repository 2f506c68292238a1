/** Where in the grid a person is: filters, page and picture, written into the address. */

/** How many pages back the address remembers. */
const PAGES = 20;

/** @typedef {{after: string, earlier: string[]}} Place */

/** @param {URLSearchParams} query the filters @param {Place} place @param {number} [cursor]
 * @returns {string} */
export function addressOf(query, { after, earlier }, cursor) {
  const address = new URLSearchParams(query);
  if (after) address.set('after', after);
  if (earlier.length) address.set('earlier', earlier.slice(-PAGES).join(','));
  if (cursor) address.set('at', String(cursor));
  return `${location.pathname}?${address}`;
}

/** @param {URLSearchParams} address @returns {Place & {cursor: number}} */
export const placeIn = (address) => ({
  after: address.get('after') ?? '',
  // the first page begins nowhere, which is an empty name
  earlier: address.has('earlier') ? /** @type {string} */ (address.get('earlier')).split(',') : [],
  cursor: Number(address.get('at')) || 0,
});
