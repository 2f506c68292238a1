/** How long the seats in hand are still this person's: renews them while somebody works. */

import { ApiError } from './api.js';
import { PAGE_ID } from './page-id.js';

/** @typedef {import('../../common/types.js').AnySeat} AnySeat */
/** @typedef {'held'|'ending'|'ended'|'lost'} LeaseState */

const WARN_MS = 60_000;
const AFTER_TROUBLE_MS = 5_000;

/**
 * @param {object} parts
 * @param {string} parts.kind
 * @param {number} parts.leaseMs
 * @param {ReturnType<typeof import('./api.js').createApi>} parts.api
 * @param {() => number} parts.lastAct when the person last did something, ms
 * @param {() => readonly AnySeat[]} parts.held the open one first
 * @param {() => AnySeat|null} parts.open
 * @param {(state: LeaseState) => void} parts.onState of the open seat
 * @param {(seat: AnySeat) => void} parts.onGone a seat that is not open went to somebody else
 */
export function createLeases({ kind, leaseMs, api, lastAct, held, open, onState, onGone }) {
  /** @type {Map<number, number>} seat id to end of lease, on this machine's clock */
  const ends = new Map();
  let renewing = false;
  let notBefore = 0;
  /** @type {LeaseState} */
  let state = 'held';

  /** @param {LeaseState} next */
  const set = (next) => {
    if (state === next) return;
    state = next;
    onState(next);
  };

  /** The server has just given or renewed it. Its own time is not asked for: a clock here that is
   * wrong by a day must neither stretch a lease nor call for renewals without end.
   * @param {number} id @param {string|null} until null where there is no lease to keep */
  const note = (id, until) => {
    ends.set(id, until === null ? Infinity : Date.now() + leaseMs);
  };

  /** @param {AnySeat} seat @returns {Promise<boolean>} whether the server could be asked */
  const renew = async (seat) => {
    try {
      const reply = await api.post(`/api/${kind}/${seat.id}/renew`, { page: PAGE_ID });
      note(seat.id, reply.lease_expires_at);
      if (seat === open()) set('held');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind !== 'refused') return false;
      ends.set(seat.id, Infinity);
      if (seat === open()) set('lost');
      else onGone(seat);
    }
    return true;
  };

  const renewDue = async () => {
    if (renewing || Date.now() < notBefore) return;
    renewing = true;
    try {
      for (const seat of held()) {
        const due = (ends.get(seat.id) ?? 0) - Date.now() < leaseMs / 2;
        if (!due || (await renew(seat))) continue;
        notBefore = Date.now() + AFTER_TROUBLE_MS;
        return;
      }
    } finally {
      renewing = false;
    }
  };

  return {
    note,
    renewDue,
    /** Another image is open now. */
    restart: () => set('held'),
    /** Once a second. */
    tick() {
      const seat = open();
      if (!seat || state === 'lost') return;
      const now = Date.now();
      const left = (ends.get(seat.id) ?? now) - now;
      // Where nobody does anything, a lease ends: others wait for the image.
      if (now - lastAct() < leaseMs / 2) renewDue();
      else if (left <= 0) set('ended');
      else if (left < WARN_MS) set('ending');
    },
  };
}
