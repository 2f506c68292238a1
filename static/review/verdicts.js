/** Verdicts on their way: a proof's one waits a moment, any may be taken back while the server lets it. */

import { ApiError } from '../annotator/sync/api.js';

/** @typedef {import('../common/api.js').Audit} Audit */
/** @typedef {Omit<import('../annotator/sync/outbox.js').Item, 'key'|'problem'>} Item */
/** @typedef {import('../common/types.js').DocBox} DocBox */
/** @typedef {{audit: Audit, item: Item, before: readonly DocBox[]|null}} Given
 * `before`: the boxes of a comparison with the label before its last answer */

/** A proof never takes back what it has counted, so its verdicts stay here this long. */
const GRACE_S = 5;
/** Where one that waits outlasts a reload of this tab: the disk's own store may be too slow for that. */
const WAITING = 'boxwise-verdict-waiting';

/** @returns {{userId: number, item: Item}|null} */
const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem(WAITING) ?? 'null');
  } catch {
    return null;
  }
};
/** @param {{userId: number, item: Item}|null} waiting */
const keep = (waiting) => {
  try {
    if (waiting) sessionStorage.setItem(WAITING, JSON.stringify(waiting));
    else sessionStorage.removeItem(WAITING);
  } catch {
    // Forbidden or full: then it waits in this page alone.
  }
};

/**
 * @param {object} parts
 * @param {number} parts.userId
 * @param {() => {finish: (request: {method: string, url: string, body: any}) => Promise<void>,
 *   leave: () => void, reopen: (audit: Audit) => void}} parts.session
 * @param {import('../annotator/sync/outbox.js').Outbox} parts.outbox
 * @param {import('../annotator/sync/store.js').Store} parts.store
 * @param {ReturnType<typeof import('../annotator/sync/api.js').createApi>} parts.api
 * @param {(reply: any) => void} parts.onUndone the server's reply, where it was asked
 * @param {(message: string) => void} parts.onRefused
 */
export function createVerdicts({ userId, session, outbox, store, api, onUndone, onRefused }) {
  /** @type {Given|null} */
  let waiting = null;
  let timer = 0;
  /** @type {Given[]} */
  let given = [];

  const release = async () => {
    clearTimeout(timer);
    if (!waiting) return;
    const { audit, item, before } = waiting;
    waiting = null;
    // Once it has left this page, a drawing that was compared with the label is never drawn anew.
    if (before) given = given.filter((row) => row.item !== item);
    try {
      await outbox.put(item);
      keep(null);
    } catch {
      // The disk is full or forbidden: then the server itself must have it.
      await api.request(item.method, item.url, item.body).catch(() => {
        onRefused('This verdict could not be kept here nor sent; the check is open again.');
        session().reopen(audit);
      });
    }
  };
  window.addEventListener('pagehide', release);
  document.addEventListener('visibilitychange', () => document.hidden && release());

  /** What was decided comes back as it was, corrected boxes too. @param {Given} last @param {Audit} audit */
  const reopen = async ({ item, before }, audit) => {
    const boxes = item.body.verdict === 'corrected' ? item.body.boxes : null;
    if (boxes) {
      const draft = {
        assignment: item.assignment,
        version: 0,
        number: 0,
        writer: '',
        boxes: before ?? boxes.map((/** @type {any} */ box) => ({ ...box, suggested: false })),
        active_ms: item.body.active_ms,
      };
      await store.saveDraft(draft, Number.MAX_SAFE_INTEGER);
    }
    session().reopen(audit);
  };

  return {
    release,
    /** What a reload cut short goes on its way. */
    async resume() {
      const kept = read();
      if (kept?.userId !== userId) return;
      await outbox.put(kept.item);
      keep(null);
    },
    get canUndo() {
      return given.length > 0;
    },
    /** Shows the next check at once. @param {Audit} audit @param {Record<string, any>} body
     * @param {readonly DocBox[]|null} before
     * @returns {Promise<number|undefined>} the seconds it waits here, if it does */
    async give(audit, body, before) {
      await release();
      const request = { method: 'PUT', url: `/api/audits/${audit.id}/verdict`, body };
      const item = { assignment: `audits:${audit.id}`, ...request, context: { assignment: audit } };
      const row = { audit, item, before };
      given.push(row);
      if (audit.kind !== 'certificate') {
        session().finish(request);
        return;
      }
      waiting = row;
      keep({ userId, item });
      timer = setTimeout(release, GRACE_S * 1_000);
      session().leave();
      return GRACE_S;
    },
    /** Takes the last verdict of this visit back, wherever it is by now. */
    async undo() {
      const last = given.pop();
      if (!last) return;
      if (waiting === last || waiting?.item === last.item) {
        clearTimeout(timer);
        waiting = null;
        keep(null);
        return reopen(last, last.audit);
      }
      const unsent = (await outbox.all()).find((item) => item.assignment === last.item.assignment);
      if (unsent) {
        await outbox.drop(unsent);
        return reopen(last, last.audit);
      }
      try {
        const reply = await api.request('DELETE', last.item.url);
        onUndone(reply);
        await reopen(last, reply.audit);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.kind !== 'refused') given.push(last);
        onRefused(error.message);
      }
    },
  };
}
