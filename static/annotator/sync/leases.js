/** How long the assignments held here are still this person's: renews them while somebody works. */

import { ApiError } from './api.js';
import { PAGE_ID } from './page-id.js';

/** @typedef {import('../../common/types.js').AnyAssignment} AnyAssignment */
/** @typedef {'held'|'ending'|'ended'|'lost'} LeaseState */

const WARN_MS = 60_000;
const AFTER_TROUBLE_MS = 5_000;

/**
 * @param {object} parts
 * @param {string} parts.kind
 * @param {number} parts.leaseMs
 * @param {ReturnType<typeof import('./api.js').createApi>} parts.api
 * @param {() => number} parts.lastAct when the person last did something, ms
 * @param {() => readonly AnyAssignment[]} parts.held the open one first
 * @param {() => AnyAssignment|null} parts.open
 * @param {(state: LeaseState) => void} parts.onState of the open assignment
 * @param {(assignment: AnyAssignment) => void} parts.onGone an assignment that is not open went to somebody else
 */
export function createLeases({ kind, leaseMs, api, lastAct, held, open, onState, onGone }) {
  /** @type {Map<number, number>} assignment id to end of lease, on this machine's clock */
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

  /** @param {AnyAssignment} assignment @returns {Promise<boolean>} whether the server could be asked */
  const renew = async (assignment) => {
    try {
      const reply = await api.post(`/api/${kind}/${assignment.id}/renew`, { page: PAGE_ID });
      note(assignment.id, reply.lease_expires_at);
      if (assignment === open()) set('held');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind !== 'refused') return false;
      ends.set(assignment.id, Infinity);
      if (assignment === open()) set('lost');
      else onGone(assignment);
    }
    return true;
  };

  const renewDue = async () => {
    if (renewing || Date.now() < notBefore) return;
    renewing = true;
    try {
      for (const assignment of held()) {
        const due = (ends.get(assignment.id) ?? 0) - Date.now() < leaseMs / 2;
        if (!due || (await renew(assignment))) continue;
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
      const assignment = open();
      if (!assignment || state === 'lost') return;
      const now = Date.now();
      const left = (ends.get(assignment.id) ?? now) - now;
      // Where nobody does anything, a lease ends: others wait for the image.
      if (now - lastAct() < leaseMs / 2) renewDue();
      else if (left <= 0) set('ended');
      else if (left < WARN_MS) set('ending');
    },
  };
}
