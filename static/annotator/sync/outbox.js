/** Answers on their way: kept first, then sent in order per assignment until the server said yes. */

import { ApiError } from './api.js';

/**
 * @typedef {object} Item
 * @property {number} [key] set by the store; also the order
 * @property {string} assignment items of one assignment go strictly one after another
 * @property {string} method
 * @property {string} url
 * @property {Record<string, any>} body
 * @property {any} context what the page needs to open the work again
 * @property {number} [after] not sent before this time, ms: until then it can be taken back whole
 * @property {{message: string, where: string|null, code: string}|null} problem set when refused
 */
/** @typedef {{all: () => Promise<Item[]>, put: (item: Item) => Promise<number>,
 *   remove: (key: number) => Promise<void>}} ItemStore */
/** @typedef {{waiting: number, sending: boolean, refused: Item[], trouble: 'offline'|'busy'|'signed_out'|null}} OutboxState */
/** @typedef {ReturnType<typeof createOutbox>} Outbox */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** No item is held longer, whatever became of the clock. */
const LONGEST_HOLD_MS = 10_000;

/**
 * @param {object} parts
 * @param {ItemStore} parts.store
 * @param {(item: Item, leaving?: boolean) => Promise<any>} parts.send throws ApiError; `leaving`: it
 *   must go although the page does
 * @param {(item: Item, reply: any) => void} parts.onSent
 * @param {(state: OutboxState) => void} parts.onState
 * @param {(run: () => void, ms: number) => unknown} [parts.later]
 * @param {() => number} [parts.random] 0 to 1
 * @param {(work: () => Promise<void>) => Promise<void>} [parts.alone] lets only one tab send
 * @param {() => number} [parts.now] ms
 */
export function createOutbox({
  store,
  send,
  onSent,
  onState,
  later = setTimeout,
  random = Math.random,
  alone = (work) => work(),
  now = Date.now,
}) {
  /** Items are held only while somebody could still take them back. */
  let holding = true;
  /** Those of this page, at hand for the moment in which it goes. @type {Map<number, Item>} */
  const held = new Map();
  /** What is on its way just now. @type {number|undefined} */
  let flying;
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

  /** The oldest item that nothing holds back: a refused one holds only its own assignment. */
  const nextItem = async () => {
    const items = (await store.all()).sort((a, b) => Number(a.key) - Number(b.key));
    const stuck = new Set(items.filter((item) => item.problem).map((item) => item.assignment));
    return items.find((item) => !stuck.has(item.assignment) && !holdMs(item));
  };

  /** How much longer it is held. @param {Item} item */
  const holdMs = ({ after }) => {
    const ms = after && holding ? after - now() : 0;
    return ms > 0 && ms <= LONGEST_HOLD_MS ? ms : 0;
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
      flying = item.key;
      await report();
      try {
        const reply = await send(item);
        held.delete(Number(item.key));
        await store.remove(Number(item.key));
        trouble = null;
        failures = 0;
        onSent(item, reply);
      } catch (error) {
        if (!(await handle(item, error))) return;
      } finally {
        flying = undefined;
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

  /** @param {string} assignment @param {number} key of the new item */
  const afterPut = async (assignment, key) => {
    // A new answer for an assignment takes the place of the refused one, never before it is kept itself.
    for (const old of await store.all()) {
      if (old.assignment === assignment && old.problem && old.key !== key)
        await store.remove(Number(old.key));
    }
    await report();
    const kept = (await store.all()).find((item) => item.key === key);
    if (kept && holdMs(kept)) later(() => !trouble && flush(), holdMs(kept) + 1);
    // The wait after a failure stays; it is the server's breath, not this item's fault.
    else if (!trouble) flush();
  };

  return {
    flush,
    report,
    all: () => store.all(),
    /** Resolves when the work is on this machine's disk; sending follows by itself.
     * @param {Omit<Item, 'key'|'problem'>} item */
    async put(item) {
      const key = await store.put({ ...item, problem: null });
      if (item.after) held.set(key, { ...item, key, problem: null });
      // The next image need not wait for what follows.
      afterPut(item.assignment, key);
    },
    /** The page is being left: nobody can take anything back any more. */
    release() {
      holding = false;
      for (const [key, item] of held)
        send(item, true).then(
          () => store.remove(key),
          () => {},
        );
      held.clear();
    },
    /** The newest item of an assignment, out of the outbox where it is not on its way yet.
     * @param {string} assignment @returns {Promise<{item: Item, whole: boolean}|null>} `whole`: the server
     *   never gets it */
    async takeBack(assignment) {
      const item = (await store.all()).filter((each) => each.assignment === assignment).at(-1);
      if (!item) return null;
      const whole = item.key !== flying;
      if (whole) {
        held.delete(Number(item.key));
        await store.remove(Number(item.key));
      }
      await report();
      return { item, whole };
    },
    /** Only for work a person decided to give up. @param {Item} item */
    async drop(item) {
      await store.remove(Number(item.key));
      await report();
    },
  };
}
