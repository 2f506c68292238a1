/** Which seat is open and which come next: claims, prefetches, hands work to the outbox. */

import { createClaims } from './claims.js';
import { createLeases } from './leases.js';
import { PAGE_ID } from './page-id.js';

/** @typedef {import('../../common/types.js').Queue} Queue */
/** @typedef {import('../../common/types.js').AnySeat} AnySeat */

const SOON_MS = 900;
const POLL_MS = 5_000;
const REFILL_MS = 15_000;
/** The present image and the next two are decoded; of the others only the bytes are here. */
const DECODED = 3;

/**
 * @template {AnySeat} Seat
 * @param {object} parts
 * @param {string} parts.kind names seats in the outbox and in addresses: 'assignments' or 'audits'
 * @param {string} parts.claimUrl
 * @param {number} parts.leaseMs
 * @param {number} [parts.stock] how many seats the page would like to hold
 * @param {ReturnType<typeof import('./api.js').createApi>} parts.api
 * @param {import('./outbox.js').Outbox} parts.outbox
 * @param {ReturnType<typeof import('../view/images.js').createImages>} parts.images
 * @param {() => number} parts.lastAct when the person last did something, ms
 * @param {(seat: Seat|null) => void} parts.onOpen
 * @param {() => void} parts.onChange
 * @param {(reply: any) => void} [parts.onReply] sees every reply that carries work
 * @param {(state: import('./leases.js').LeaseState) => void} parts.onLease
 * @param {(seat: Seat) => boolean} [parts.avoid] open elsewhere; taken only when nothing else is left
 * @param {(seat: Seat) => void} [parts.onHandIn]
 * @param {(seat: Seat, storage: unknown, server: unknown) => void} parts.onStuck neither disk nor
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
  onHandIn,
  onStuck,
}) {
  /** @type {Seat|null} */
  let current = null;
  /** @type {Seat[]} */
  let upcoming = [];
  /** @type {Queue|null} */
  let queue = null;
  /** Seats whose work was handed in; a list from before that must not bring them back. */
  const handedIn = new Set();
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
      upcoming = upcoming.filter((seat) => seat.id !== id);
      onChange();
    },
  });

  const prefetch = () => {
    const pictures = held().map((seat) => seat.image);
    images.keepOnly(pictures.slice(0, DECODED), pictures);
    for (const picture of pictures.slice(0, DECODED)) images.want(picture);
    images.stock(pictures.slice(DECODED));
  };

  /** @param {Seat|null} seat */
  const open = (seat) => {
    current = seat;
    leases.restart();
    prefetch();
    onOpen(current);
    onChange();
  };
  const openNext = () => {
    const free = Math.max(
      0,
      upcoming.findIndex((seat) => !avoid(seat)),
    );
    open(upcoming.splice(free, 1)[0] ?? null);
  };

  /** @param {Seat[]} seats */
  const merge = (seats) => {
    for (const seat of seats) {
      leases.note(seat.id, seat.lease_expires_at);
      if (!handedIn.has(seat.id) && !held().some((known) => known.id === seat.id))
        upcoming.push(seat);
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
    hold: () => held().map((seat) => seat.id),
    /** Asks for work; what was handed in on an earlier visit and not sent yet is done. */
    async start() {
      for (const item of await outbox.all()) {
        const [itemKind, id] = item.seat.split(':');
        if (itemKind === kind) handedIn.add(Number(id));
      }
      await claims.now();
      if (!current) openNext();
      setInterval(tick, 1_000);
    },
    /** Keeps the work here, then shows the next image; sending happens behind.
     * @param {{method: string, url: string, body: Record<string, any>, after?: number}} request */
    async handIn({ method, url, body, after }) {
      const seat = current;
      if (!seat) return;
      handedIn.add(seat.id);
      try {
        const item = { seat: `${kind}:${seat.id}`, method, url, body, context: { seat } };
        await outbox.put(after ? { ...item, after } : item);
      } catch (storage) {
        // The disk is full or forbidden: then the server itself must have it before the next opens.
        const hold = held().map(({ id }) => id);
        const sent = api.request(method, url, { ...body, hold, page: PAGE_ID });
        const reply = await sent.catch((why) => {
          handedIn.delete(seat.id);
          onStuck(seat, storage, why);
        });
        if (!reply) return;
        take(reply);
      }
      onHandIn?.(seat);
      openNext();
    },
    /** Another tab has handed it in. @param {number} id */
    forget(id) {
      handedIn.add(id);
      upcoming = upcoming.filter((seat) => seat.id !== id);
      prefetch();
      onChange();
    },
    /** The page is being left: others may have at once what was not begun.
     * @param {boolean} begun whether the open image was */
    giveBack(begun) {
      const ids = held()
        .filter((seat) => seat !== current || !begun)
        .map(({ id }) => id);
      if (!ids.length) return;
      const url = claimUrl.replace(/claim$/, 'give-back');
      api.request('POST', url, { ids, page: PAGE_ID }, { outlive: true }).catch(() => {});
    },
    /** The present seat is somebody else's now. */
    leave() {
      if (current) handedIn.add(current.id);
      openNext();
    },
    /** Shows a seat again whose answer was refused. @param {Seat} seat */
    reopen(seat) {
      handedIn.delete(seat.id);
      leases.note(seat.id, seat.lease_expires_at);
      if (current) upcoming.unshift(current);
      upcoming = upcoming.filter((other) => other.id !== seat.id);
      // Asked for by name: it opens although this tab may just have let go of it.
      open(seat);
    },
  };
}
