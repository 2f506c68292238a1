/** Which assignment is open and which come next: claims, prefetches, gives work to the outbox. */

import { createClaims } from './claims.js';
import { createLeases } from './leases.js';
import { PAGE_ID } from './page-id.js';

/** @typedef {import('../../common/types.js').Queue} Queue */
/** @typedef {import('../../common/types.js').AnyAssignment} AnyAssignment */

const SOON_MS = 900;
const POLL_MS = 5_000;
const REFILL_MS = 15_000;
/** The present image and the next two are decoded; of the others only the bytes are here. */
const DECODED = 3;

/**
 * @template {AnyAssignment} Work
 * @param {object} parts
 * @param {string} parts.kind names assignments in the outbox and in addresses: 'assignments' or 'audits'
 * @param {string} parts.claimUrl
 * @param {number} parts.leaseMs
 * @param {number} [parts.stock] how many assignments the page would like to hold
 * @param {ReturnType<typeof import('./api.js').createApi>} parts.api
 * @param {import('./outbox.js').Outbox} parts.outbox
 * @param {ReturnType<typeof import('../view/images.js').createImages>} parts.images
 * @param {() => number} parts.lastAct when the person last did something, ms
 * @param {(assignment: Work|null) => void} parts.onOpen
 * @param {() => void} parts.onChange
 * @param {(reply: any) => void} [parts.onReply] sees every reply that carries work
 * @param {(state: import('./leases.js').LeaseState) => void} parts.onLease
 * @param {(assignment: Work) => boolean} [parts.avoid] open elsewhere; taken only when nothing else is left
 * @param {(assignment: Work) => void} [parts.onFinish]
 * @param {(assignment: Work, storage: unknown, server: unknown) => void} parts.onStuck neither disk nor
 *   server took the work, and why not
 */
export function createSession({
  kind,
  claimUrl,
  leaseMs,
  stock = 2,
  api,
  outbox,
  images,
  lastAct,
  onOpen,
  onChange,
  onReply,
  onLease,
  avoid = () => false,
  onFinish,
  onStuck,
}) {
  /** @type {Work|null} */
  let current = null;
  /** @type {Work[]} */
  let upcoming = [];
  /** @type {Queue|null} */
  let queue = null;
  /** Assignments whose work is done; a list from before that must not bring them back. */
  const finished = new Set();
  const held = () => (current ? [current, ...upcoming] : upcoming);
  const leases = createLeases({
    kind,
    leaseMs,
    api,
    lastAct,
    held,
    open: () => current,
    onState: onLease,
    onGone: ({ id }) => {
      upcoming = upcoming.filter((assignment) => assignment.id !== id);
      onChange();
    },
  });

  const prefetch = () => {
    const pictures = held().map((assignment) => assignment.image);
    images.keepOnly(pictures.slice(0, DECODED), pictures);
    for (const picture of pictures.slice(0, DECODED)) images.want(picture);
    images.stock(pictures.slice(DECODED));
  };

  /** @param {Work|null} assignment */
  const open = (assignment) => {
    current = assignment;
    leases.restart();
    prefetch();
    onOpen(current);
    onChange();
  };
  const openNext = () => {
    const free = Math.max(
      0,
      upcoming.findIndex((assignment) => !avoid(assignment)),
    );
    open(upcoming.splice(free, 1)[0] ?? null);
  };

  /** @param {Work[]} assignments */
  const merge = (assignments) => {
    for (const assignment of assignments) {
      leases.note(assignment.id, assignment.lease_expires_at);
      if (!finished.has(assignment.id) && !held().some((known) => known.id === assignment.id))
        upcoming.push(assignment);
    }
    if (!current && upcoming.length) openNext();
    else prefetch();
  };

  /** @param {any} reply */
  const take = (reply) => {
    queue = reply.queue ?? queue;
    merge(reply.next ?? reply[kind] ?? []);
    onReply?.(reply);
    onChange();
  };

  const claims = createClaims({
    url: claimUrl,
    stock,
    api,
    onWork: take,
    onRefused(message) {
      queue = { reason: 'none', message };
      onChange();
    },
    onTrouble: onChange,
  });
  const tick = () => {
    // Work there is, only not here yet: that is asked for sooner than work that may come.
    if (!current) claims.again(queue?.reason === 'work' ? SOON_MS : POLL_MS);
    else if (!upcoming.length) claims.again(REFILL_MS);
    leases.tick();
  };

  return {
    get current() {
      return current;
    },
    get upcoming() {
      return upcoming;
    },
    get queue() {
      return queue;
    },
    get trouble() {
      return claims.trouble;
    },
    take,
    claim: claims.now,
    renewDue: leases.renewDue,
    /** Ids the page has, so that the server does not send them twice. */
    heldIds: () => held().map((assignment) => assignment.id),
    /** Asks for work; what was done on an earlier visit and not sent yet is done. */
    async start() {
      for (const item of await outbox.all()) {
        const [itemKind, id] = item.assignment.split(':');
        if (itemKind === kind) finished.add(Number(id));
      }
      await claims.now();
      if (!current) openNext();
      setInterval(tick, 1_000);
    },
    /** Keeps the work here, then shows the next image; sending happens behind.
     * @param {{method: string, url: string, body: Record<string, any>, after?: number}} request */
    async finish({ method, url, body, after }) {
      const assignment = current;
      if (!assignment) return;
      finished.add(assignment.id);
      try {
        const item = {
          assignment: `${kind}:${assignment.id}`,
          method,
          url,
          body,
          context: { assignment },
        };
        await outbox.put(after ? { ...item, after } : item);
      } catch (storage) {
        // The disk is full or forbidden: then the server itself must have it before the next opens.
        const hold = held().map(({ id }) => id);
        const sent = api.request(method, url, { ...body, hold, page: PAGE_ID });
        const reply = await sent.catch((why) => {
          finished.delete(assignment.id);
          onStuck(assignment, storage, why);
        });
        if (!reply) return;
        take(reply);
      }
      onFinish?.(assignment);
      openNext();
    },
    /** Another tab has submitted it. @param {number} id */
    forget(id) {
      finished.add(id);
      upcoming = upcoming.filter((assignment) => assignment.id !== id);
      prefetch();
      onChange();
    },
    /** The page is being left: others may have at once what was not begun.
     * @param {boolean} begun whether the open image was */
    giveBack(begun) {
      const ids = held()
        .filter((assignment) => assignment !== current || !begun)
        .map(({ id }) => id);
      if (!ids.length) return;
      const url = claimUrl.replace(/claim$/, 'give-back');
      api.request('POST', url, { ids, page: PAGE_ID }, { outlive: true }).catch(() => {});
    },
    /** The present assignment is somebody else's now. */
    leave() {
      if (current) finished.add(current.id);
      openNext();
    },
    /** Shows an assignment again whose answer was refused. @param {Work} assignment */
    reopen(assignment) {
      finished.delete(assignment.id);
      leases.note(assignment.id, assignment.lease_expires_at);
      if (current) upcoming.unshift(current);
      upcoming = upcoming.filter((other) => other.id !== assignment.id);
      // Asked for by name: it opens although this tab may just have let go of it.
      open(assignment);
    },
  };
}
