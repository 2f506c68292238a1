/** Gives this browser's random number for the order of an audit's checks, and shows the receipt. */

import { ApiError } from '../annotator/sync/api.js';
import { el, fill } from '../common/dom.js';

/** @typedef {import('../common/api.js').OrderState} OrderState */
/** @typedef {import('../common/api.js').Drawn} Drawn */

const BYTES = 32;

/** 256 random bits in hex. @returns {string} */
export const randomNumber = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/**
 * The server shows the digest of its plan first; only then the number leaves the browser. So the plan
 * cannot be made to suit the order.
 * @param {object} parts
 * @param {string} parts.url
 * @param {Pick<ReturnType<typeof import('../annotator/sync/api.js').createApi>, 'request'>} parts.api
 * @param {() => unknown} parts.onDrawn the checks have an order now
 * @param {(message: string) => void} parts.onRefused
 */
export function createOrder({ url, api, onDrawn, onRefused }) {
  /** Said again until the server has it: another number for the same plan would be another order.
   * @type {{plan: string, nonce: string}|null} */
  let given = null;
  let flying = false;

  return {
    /** @param {OrderState} order */
    async take({ plan }) {
      if (!plan || flying) return;
      if (given?.plan !== plan) given = { plan, nonce: randomNumber() };
      flying = true;
      try {
        /** @type {Drawn} */
        const { receipt } = await api.request('POST', url, given);
        if (receipt && (receipt.content_digest !== plan || receipt.reviewer_nonce !== given.nonce))
          onRefused('The receipt names another audit plan. Tell a manager before you check.');
        onDrawn();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // Without an answer the next claim asks for it again.
        if (error.kind === 'refused') onRefused(error.message);
      } finally {
        flying = false;
      }
    },
  };
}

/** @param {HTMLElement} root @param {OrderState} order */
export function showReceipt(root, { receipt_url: url }) {
  root.hidden = !url;
  if (!url) return;
  fill(
    root,
    el('p', {
      class: 'section-help',
      text: 'Your browser’s random number and the server’s gave the order of these checks.',
    }),
    el('a', { href: url, download: '', text: 'Save the receipt' }),
  );
}
