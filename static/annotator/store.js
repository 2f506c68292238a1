/** What this browser keeps of one person: drafts and answers not yet sent. One database per person. */

import { openDB } from '../idb/index.js';

/** @typedef {import('./outbox.js').Item} Item */
/** @typedef {import('./outbox.js').ItemStore} ItemStore */
/** @typedef {import('../common/types.js').Box} Box */
/** @typedef {{seat: string, version: number, boxes: (Box & {suggested: boolean})[], active_ms: number,
 *   at: number}} Draft */
/** @typedef {Awaited<ReturnType<typeof openStore>>} Store */

/** On a shared computer nobody may find another's work. @param {number} userId */
export async function openStore(userId) {
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
    /** @type {ItemStore} */
    items: {
      all: () => base.getAll('outbox'),
      async put(item) {
        // 'strict' waits for the disk; 'relaxed' may lose the last answers when the power goes.
        const change = base.transaction('outbox', 'readwrite', { durability: 'strict' });
        const key = /** @type {number} */ (await change.store.put(item));
        await change.done;
        return key;
      },
      remove: (key) => base.delete('outbox', key),
    },
    /** @param {string} seat @returns {Promise<Draft|undefined>} */
    draft: (seat) => base.get('drafts', seat),
    /** @param {Draft} draft */
    async saveDraft(draft) {
      await base.put('drafts', draft);
    },
    /** @param {string} seat */
    removeDraft: (seat) => base.delete('drafts', seat),
  };
}
