/** What this browser keeps of one person: drafts and answers not yet sent. One database per person. */

import { openDB } from '../../idb/index.js';
import { causeOf } from '../core/storage-errors.js';

/** @typedef {import('./outbox.js').Item} Item */
/** @typedef {import('./outbox.js').ItemStore} ItemStore */
/** @typedef {{assignment: string, version: number, number: number, writer: string, boxes: import('../core/document.js').GivenBox[],
 *   past?: import('../core/history.js').Past, active_ms: number,
 *   action_ms?: Record<string, number>|null}} Draft */
/** @typedef {Awaited<ReturnType<typeof openStore>>} Store */

/** Where the browser has no storage for the page it still works, and says that nothing is kept here.
 * @param {unknown} error of opening the database */
function memoryStore(error) {
  /** @type {Map<number, Item>} */
  const items = new Map();
  /** @type {Map<string, Draft>} */
  const drafts = new Map();
  let last = 0;
  return {
    /** Why nothing here outlasts the page. */
    cause: causeOf(error),
    /** @type {ItemStore} */
    items: {
      all: async () => [...items.values()],
      async put(item) {
        last += 1;
        const key = item.key ?? last;
        items.set(key, { ...item, key });
        return key;
      },
      remove: async (key) => void items.delete(key),
    },
    /** @param {string} assignment */
    draft: async (assignment) => drafts.get(assignment),
    /** @param {Draft} draft @param {number} _known @returns {Promise<Draft|null>} */
    async saveDraft(draft, _known) {
      drafts.set(draft.assignment, draft);
      return null;
    },
    /** @param {string} assignment */
    removeDraft: async (assignment) => void drafts.delete(assignment),
  };
}

/** @param {number} userId */
export const openStore = (userId) => openDisk(userId).catch(memoryStore);

/** On disk an assignment is called `seat`, as in earlier versions: what waits there must still be found.
 * @param {any} kept @returns {any} */
const fromDisk = ({ seat, context, ...rest }) => ({
  ...rest,
  ...(context && { context: { assignment: context.seat } }),
  assignment: seat,
});
/** @param {any} kept @returns {any} */
const toDisk = ({ assignment, context, ...rest }) => ({
  ...rest,
  ...(context && { context: { seat: context.assignment } }),
  seat: assignment,
});

/** On a shared computer nobody may find another's work. @param {number} userId */
async function openDisk(userId) {
  const base = await openDB(`boxwise-${userId}`, 1, {
    upgrade(db) {
      db.createObjectStore('drafts', { keyPath: 'seat' });
      db.createObjectStore('outbox', { keyPath: 'key', autoIncrement: true });
    },
    // A newer page in another tab must not wait for this one.
    blocking: (_from, _to, event) => /** @type {IDBDatabase} */ (event.target).close(),
  });

  // Without this a browser short of space may throw the answers away.
  navigator.storage?.persist?.().catch(() => false);

  return {
    /** Nothing stands in the way. @type {import('../core/storage-errors.js').NotKept|null} */
    cause: null,
    /** @type {ItemStore} */
    items: {
      all: async () => (await base.getAll('outbox')).map(fromDisk),
      async put(item) {
        // 'strict' waits for the disk; 'relaxed' may lose the last answers when the power goes.
        const change = base.transaction('outbox', 'readwrite', { durability: 'strict' });
        const key = /** @type {number} */ (await change.store.put(toDisk(item)));
        await change.done;
        return key;
      },
      remove: (key) => base.delete('outbox', key),
    },
    /** @param {string} assignment @returns {Promise<Draft|undefined>} */
    async draft(assignment) {
      const kept = await base.get('drafts', assignment);
      return kept && fromDisk(kept);
    },
    /** Keeps the draft, unless another page kept one that this page has not seen; then that is given
     * back instead. @param {Draft} draft @param {number} known @returns {Promise<Draft|null>} */
    async saveDraft(draft, known) {
      const change = base.transaction('drafts', 'readwrite');
      const found = await change.store.get(draft.assignment);
      const kept = /** @type {Draft|undefined} */ (found && fromDisk(found));
      const newer =
        kept &&
        kept.writer !== draft.writer &&
        kept.version === draft.version &&
        kept.number > known;
      if (!newer) await change.store.put(toDisk(draft));
      await change.done;
      return newer ? kept : null;
    },
    /** @param {string} assignment @returns {Promise<void>} */
    removeDraft: (assignment) => base.delete('drafts', assignment),
  };
}
