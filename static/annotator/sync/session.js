/** Which assignment is open and which come next: claims, prefetches, gives work to the outbox. */

import { createClaims } from './claims.js';
import { createLeases } from './leases.js';
import { PAGE_ID } from './page-id.js';

/** @typedef {import('../../common/types.js').AnyAssignment} AnyAssignment */

const SOON_MS = 900;
const POLL_MS = 5_000;
const REFILL_MS = 15_000;
/** The present image and the next two are decoded; of the others only the bytes are here. */
const DECODED = 3;

/**
 * @template {AnyAssignment} Work
 * @param {import('../app.js').App<Work>} app
 * @param {object} parts
 * @param {string} parts.claimUrl
 * @param {number} parts.leaseMs
 * @param {number} [parts.stock] how many assignments the page would like to hold
 * @param {ReturnType<typeof import('./api.js').createApi>} parts.api
 * @param {import('./outbox.js').Outbox} parts.outbox
 * @param {ReturnType<typeof import('../view/images.js').createImages>} parts.images
 * @param {() => number} parts.lastAct when the person last did something, ms
 * @param {(assignment: Work) => boolean} [parts.avoid] open elsewhere; taken only when nothing else is left
 */
export function createSession(
  app,
  { claimUrl, leaseMs, stock = 2, api, outbox, images, lastAct, avoid = () => false },
) {
  /** Assignments whose work is done; a list from before that must not bring them back. */
  const finished = new Set();
  /** @param {number} id */
  const withdraw = (id) => {
    app.upcoming = app.upcoming.filter((assignment) => assignment.id !== id);
  };
  const leases = createLeases({
    kind: app.kind,
    leaseMs,
    api,
    lastAct,
    held: app.held,
    open: () => app.current,
    onState: (state) => app.emit('lease-changed', state),
    onGone: ({ id }) => {
      withdraw(id);
      app.emit('work-changed');
    },
  });

  const prefetch = () => {
    const pictures = app.held().map((assignment) => assignment.image);
    images.keepOnly(pictures.slice(0, DECODED), pictures);
    for (const picture of pictures.slice(0, DECODED)) images.want(picture);
    images.stock(pictures.slice(DECODED));
  };

  /** @param {Work|null} assignment */
  const open = (assignment) => {
    app.current = assignment;
    leases.restart();
    prefetch();
    app.emit('image-closed');
    app.emit('assignment-opened', assignment);
    app.emit('work-changed');
  };
  const openNext = () => {
    const free = app.upcoming.findIndex((assignment) => !avoid(assignment));
    open(app.upcoming.splice(Math.max(0, free), 1)[0] ?? null);
  };

  /** @param {any} reply */
  const take = (reply) => {
    app.queue = reply.queue ?? app.queue;
    /** @type {Work[]} */
    const assignments = reply.next ?? reply[app.kind] ?? [];
    for (const assignment of assignments) {
      leases.note(assignment.id, assignment.lease_expires_at);
      const known = app.held().some(({ id }) => id === assignment.id);
      if (!known && !finished.has(assignment.id)) app.upcoming.push(assignment);
    }
    if (!app.current && app.upcoming.length) openNext();
    else prefetch();
    app.emit('work-received', reply);
    app.emit('work-changed');
  };
  app.on('sent', ({ reply }) => take(reply));

  const claims = createClaims({
    url: claimUrl,
    stock,
    api,
    onWork: take,
    onRefused(message) {
      app.queue = { reason: 'none', message };
      app.emit('work-changed');
    },
    onTrouble: () => app.emit('work-changed'),
  });
  const tick = () => {
    // Work there is, only not here yet: that is asked for sooner than work that may come.
    if (!app.current) claims.again(app.queue?.reason === 'work' ? SOON_MS : POLL_MS);
    else if (!app.upcoming.length) claims.again(REFILL_MS);
    leases.tick();
  };

  return {
    get trouble() {
      return claims.trouble;
    },
    take,
    claim: claims.now,
    renewDue: leases.renewDue,
    /** Asks for work; what was done on an earlier visit and not sent yet is finished. */
    async start() {
      for (const item of await outbox.all()) {
        const [kind, id] = item.assignment.split(':');
        if (kind === app.kind) finished.add(Number(id));
      }
      await claims.now();
      if (!app.current) openNext();
      setInterval(tick, 1_000);
    },
    /** Keeps the work here, then shows the next image; sending happens behind.
     * @param {{method: string, url: string, body: Record<string, any>, after?: number}} request */
    async finish({ method, url, body, after }) {
      const assignment = app.current;
      if (!assignment) return;
      finished.add(assignment.id);
      try {
        const name = app.nameOf(assignment);
        const item = { assignment: name, method, url, body, context: { assignment } };
        await outbox.put(after ? { ...item, after } : item);
      } catch (storage) {
        // The disk is full or forbidden: then the server itself must have it before the next opens.
        const hold = app.held().map(({ id }) => id);
        const sent = api.request(method, url, { ...body, hold, page: PAGE_ID });
        const reply = await sent.catch((server) => {
          finished.delete(assignment.id);
          app.emit('stuck', { assignment, storage, server });
        });
        if (!reply) return;
        take(reply);
      }
      app.emit('finished', assignment);
      openNext();
    },
    /** Another tab has submitted it. @param {number} id */
    forget(id) {
      finished.add(id);
      withdraw(id);
      prefetch();
      app.emit('work-changed');
    },
    /** The page is being left: others may have at once what was not begun.
     * @param {boolean} begun whether the open image was */
    giveBack(begun) {
      const ids = app
        .held()
        .filter((assignment) => assignment !== app.current || !begun)
        .map(({ id }) => id);
      if (!ids.length) return Promise.resolve();
      const url = claimUrl.replace(/claim$/, 'give-back');
      return api.request('POST', url, { ids, page: PAGE_ID }, { outlive: true }).catch(() => {});
    },
    /** The present assignment is somebody else's now. */
    leave() {
      if (app.current) finished.add(app.current.id);
      openNext();
    },
    /** Shows an assignment again whose answer was refused. @param {Work} assignment */
    reopen(assignment) {
      finished.delete(assignment.id);
      leases.note(assignment.id, assignment.lease_expires_at);
      if (app.current) app.upcoming.unshift(app.current);
      withdraw(assignment.id);
      // Asked for by name: it opens although this tab may just have let go of it.
      open(assignment);
    },
  };
}
