/** One page of work: what is open on it, and the bus over which its parts tell what happened. */

/** @typedef {import('../common/types.js').AnyAssignment} AnyAssignment */
/** @typedef {import('../common/api.js').Queue} Queue */
/** @typedef {import('./sync/api.js').ErrorKind} ErrorKind */
/** @typedef {import('./sync/leases.js').LeaseState} LeaseState */
/** @typedef {import('./sync/outbox.js').Item} Item */
/** @typedef {import('./sync/outbox.js').OutboxState} OutboxState */

/** @typedef {'image-closed'|'images-changed'|'work-changed'|'sign-in'} Signal events without data
 * `image-closed`: all that belongs to the image before ends. */

/**
 * The other events by name, with what their listeners get.
 * @template {AnyAssignment} Work
 * @typedef {{
 *   'assignment-opened': Work|null,
 *   'image-opened': Work|null,
 *   'boxes-ready': Work,
 *   'draft-restored': Work,
 *   'work-received': any,
 *   'gesture': string,
 *   'menu': Map<string, () => void>|null,
 *   'submitted': {assignment: Work, boxes: number, activeMs: number},
 *   'skip': import('../common/api.js').SkipChoice['code'],
 *   'skipped': Work,
 *   'finished': Work,
 *   'stuck': {assignment: Work, storage: unknown, server: unknown},
 *   'sent': {item: Item, reply: any},
 *   'refused-reopened': Item,
 *   'reopened': Work,
 *   'answered-elsewhere': string,
 *   'lease-changed': LeaseState,
 *   'line-changed': ErrorKind|null,
 *   'outbox-changed': OutboxState,
 * }} Events
 * `assignment-opened`: the session has chosen another one; `image-opened`: its boxes are on the canvas;
 * `boxes-ready`: so is a draft, if there was one. `work-received`: a reply of the server that carries
 * assignments. `menu`: keys that mean something else while it is open. `skip` asks for it with a reason.
 * `finished`: kept here or at the server; `stuck`: neither took it. `line-changed`: how the last
 * request went.
 */

/**
 * @template {AnyAssignment} Work
 * @typedef {object} App
 * @property {string} kind of its assignments, as in addresses: 'assignments' or 'audits'
 * @property {Work|null} current the open one
 * @property {Work[]} upcoming
 * @property {Queue|null} queue why there is no more
 * @property {OutboxState} outbox
 * @property {() => Work[]} held all that the page has, the open one first
 * @property {(assignment: {id: number}) => string} nameOf as drafts, outbox and tabs call it
 * @property {{(name: Signal, listener: () => void): void, <Name extends keyof Events<Work>>(name: Name,
 *   listener: (data: Events<Work>[Name]) => void): void}} on
 * @property {{(name: Signal): void, <Name extends keyof Events<Work>>(name: Name,
 *   data: Events<Work>[Name]): void}} emit
 */

/** Listeners run in the order in which they were added.
 * @template {AnyAssignment} Work
 * @param {string} [kind] @returns {App<Work>} */
export function createApp(kind = 'assignments') {
  /** @type {Map<string, ((data: any) => void)[]>} */
  const listeners = new Map();
  /** @type {App<Work>} */
  const app = {
    kind,
    current: null,
    upcoming: [],
    queue: null,
    outbox: { waiting: 0, sending: false, refused: [], trouble: null },
    held: () => (app.current ? [app.current, ...app.upcoming] : app.upcoming),
    nameOf: ({ id }) => `${kind}:${id}`,
    on(/** @type {string} */ name, /** @type {(data: any) => void} */ listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
    emit(/** @type {string} */ name, /** @type {any} */ data = undefined) {
      for (const listener of listeners.get(name) ?? []) listener(data);
    },
  };
  return app;
}
