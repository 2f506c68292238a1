/** How long the seats in hand are still this person's: renews them while somebody works. */

import { ApiError } from './api.js';

/** @typedef {import('../common/types.js').AnySeat} AnySeat */
/** @typedef {'held'|'ending'|'lost'} LeaseState */

const WARN_MS = 60_000;

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

  /** @param {AnySeat} seat */
  const renew = async (seat) => {
    try {
      const reply = await api.post(`/api/${kind}/${seat.id}/renew`);
      note(seat.id, reply.lease_expires_at);
      if (seat === open()) set('held');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind !== 'refused') return;
      ends.set(seat.id, Infinity);
      if (seat === open()) set('lost');
      else onGone(seat);
    }
  };

  const renewDue = async () => {
    if (renewing) return;
    renewing = true;
    for (const seat of held()) {
      if ((ends.get(seat.id) ?? 0) - Date.now() < leaseMs / 2) await renew(seat);
    }
    renewing = false;
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
      if (now - lastAct() < leaseMs / 2) renewDue();
      else if (left < 0) renew(seat);
      else if (left < WARN_MS) set('ending');
    },
  };
}
