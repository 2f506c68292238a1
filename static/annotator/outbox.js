/** Answers on their way: kept first, then sent in order per seat until the server said yes. */

import { ApiError } from './api.js';

/**
 * @typedef {object} Item
 * @property {number} [key] set by the store; also the order
 * @property {string} seat items of one seat go strictly one after another
 * @property {string} method
 * @property {string} url
 * @property {Record<string, any>} body
 * @property {any} context what the page needs to open the work again
 * @property {{message: string, where: string|null, code: string}|null} problem set when refused
 */
/** @typedef {{all: () => Promise<Item[]>, put: (item: Item) => Promise<number>,
 *   remove: (key: number) => Promise<void>}} ItemStore */
/** @typedef {{waiting: number, sending: boolean, refused: Item[], trouble: 'offline'|'busy'|'signed_out'|null}} OutboxState */
/** @typedef {ReturnType<typeof createOutbox>} Outbox */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * @param {object} parts
 * @param {ItemStore} parts.store
 * @param {(item: Item) => Promise<any>} parts.send throws ApiError
 * @param {(item: Item, reply: any) => void} parts.onSent
 * @param {(state: OutboxState) => void} parts.onState
 * @param {(run: () => void, ms: number) => unknown} [parts.later]
 * @param {() => number} [parts.random] 0 to 1
 * @param {(work: () => Promise<void>) => Promise<void>} [parts.alone] lets only one tab send
 */
export function createOutbox({
  store,
  send,
  onSent,
  onState,
  later = setTimeout,
  random = Math.random,
  alone = (work) => work(),
}) {
  let sending = false;
  let again = false;
  let failures = 0;
  let nextTry = 0;
  /** @type {OutboxState['trouble']} */
  let trouble = null;
  const report = async () => {
    const items = await store.all();
    const refused = items.filter((item) => item.problem);
    onState({ waiting: items.length - refused.length, sending, refused, trouble });
  };

  /** The oldest item that nothing holds back: a refused one holds only its own seat. */
  const nextItem = async () => {
    const items = (await store.all()).sort((a, b) => Number(a.key) - Number(b.key));
    const stuck = new Set(items.filter((item) => item.problem).map((item) => item.seat));
    return items.find((item) => !stuck.has(item.seat));
  };

  /** @param {number|null} asked seconds */
  const tryLater = (asked) => {
    failures += 1;
    nextTry += 1;
    const mine = nextTry;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    // Full jitter: a hundred browsers must not come back in the same second.
    const wait = Math.max((asked ?? 0) * 1000, longest * (0.5 + random() / 2));
    later(() => {
      if (mine === nextTry) flush();
    }, wait);
  };

  /** @param {Item} item @param {unknown} error @returns {Promise<boolean>} whether to go on at once */
  const handle = async (item, error) => {
    if (!(error instanceof ApiError)) throw error;
    if (error.kind === 'refused') {
      await store.put({
        ...item,
        problem: { message: error.message, where: error.where, code: error.code },
      });
      return true;
    }
    trouble = error.kind;
    if (error.kind !== 'signed_out') tryLater(error.retryAfter);
    return false;
  };

  const sendAll = async () => {
    for (let item = await nextItem(); item; item = await nextItem()) {
      await report();
      try {
        const reply = await send(item);
        await store.remove(Number(item.key));
        trouble = null;
        failures = 0;
        onSent(item, reply);
      } catch (error) {
        if (!(await handle(item, error))) return;
      }
    }
    // Another tab may have sent what was stuck here: then nothing is wrong any more.
    trouble = null;
    failures = 0;
  };

  const flush = async () => {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    nextTry += 1;
    try {
      do {
        // An item may arrive while the last one is on its way.
        again = false;
        await alone(sendAll);
      } while (again && !trouble);
    } finally {
      sending = false;
      await report();
    }
  };

  /** @param {string} seat @param {number} key of the new item */
  const afterPut = async (seat, key) => {
    // A new answer for a seat takes the place of the refused one, never before it is kept itself.
    for (const old of await store.all()) {
      if (old.seat === seat && old.problem && old.key !== key) await store.remove(Number(old.key));
    }
    await report();
    // The wait after a failure stays; it is the server's breath, not this item's fault.
    if (!trouble) flush();
  };

  return {
    flush,
    report,
    all: () => store.all(),
    /** Resolves when the work is on this machine's disk; sending follows by itself.
     * @param {Omit<Item, 'key'|'problem'>} item */
    async put(item) {
      const key = await store.put({ ...item, problem: null });
      // The next image need not wait for what follows.
      afterPut(item.seat, key);
    },
    /** Only for work a person decided to give up. @param {Item} item */
    async drop(item) {
      await store.remove(Number(item.key));
      await report();
    },
  };
}
