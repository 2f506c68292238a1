/** Asks the server for work: not too often, and tells why there is none. */

import { ApiError } from './api.js';
import { PAGE_ID } from './page-id.js';

/**
 * @param {object} parts
 * @param {string} parts.url
 * @param {number} parts.stock how many assignments the page would like to hold
 * @param {ReturnType<typeof import('./api.js').createApi>} parts.api
 * @param {(reply: import('../../common/api.js').Claimed|import('../../common/api.js').ClaimedAudits) => void} parts.onWork
 * @param {(message: string) => void} parts.onRefused there is no work for this person
 * @param {() => void} parts.onTrouble the server could not be asked
 */
export function createClaims({ url, stock, api, onWork, onRefused, onTrouble }) {
  let asked = 0;
  /** Why the last call failed. @type {import('./api.js').ErrorKind|null} */
  let trouble = null;

  const now = async () => {
    asked = Date.now();
    try {
      const reply = await api.post(url, { count: stock, page: PAGE_ID });
      trouble = null;
      onWork(reply);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble = error.kind === 'refused' ? null : error.kind;
      if (error.kind === 'refused') onRefused(error.message);
      else onTrouble();
    }
  };

  return {
    now,
    get trouble() {
      return trouble;
    },
    /** Asks where the last time is so long ago. @param {number} waitMs */
    again(waitMs) {
      if (Date.now() - asked >= waitMs) now();
    },
  };
}
