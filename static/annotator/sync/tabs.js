/** What this person has open in other tabs of the browser, so that two tabs do not do one image. */

import { PAGE_ID } from './page-id.js';

/** @typedef {ReturnType<typeof createTabs>} Tabs */

/**
 * @param {import('../app.js').App<any>} app
 * @param {number} userId
 */
export function createTabs(app, userId) {
  const prefix = `boxwise-open-${userId}-`;
  // Browsers offer locks over HTTPS and on localhost only; without them tabs know nothing.
  const { locks } = navigator;
  const channel = openChannel(`boxwise-${userId}`);
  /** @type {Set<string>} */
  let elsewhere = new Set();
  /** @type {() => void} */
  let release = () => {};

  channel?.addEventListener('message', ({ data }) => {
    if (data.answered) app.emit('answered-elsewhere', data.answered);
    if (data.opened !== undefined) refresh();
  });

  const refresh = async () => {
    if (!locks) return;
    // Where storage is forbidden, locks may be, too.
    const { held = [] } = await locks.query().catch(() => ({ held: [] }));
    elsewhere = new Set(
      held
        .map((lock) => lock.name ?? '')
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length).split(' '))
        .filter(([, tab]) => tab !== PAGE_ID)
        .map(([assignment]) => assignment),
    );
  };

  /** This tab shows that image now. @param {string} name '' for none */
  const tell = (name) => {
    release();
    channel?.postMessage({ opened: name });
    if (!locks || !name) return;
    // Nobody waits for the lock: that it is held is the message, and ends with the tab.
    let end = () => {};
    const held = new Promise((done) => {
      end = () => done(undefined);
    });
    release = end;
    locks.request(`${prefix}${name} ${PAGE_ID}`, () => held).catch(() => {});
    refresh();
  };
  app.on('assignment-opened', (assignment) => tell(assignment ? app.nameOf(assignment) : ''));
  app.on('finished', (assignment) => channel?.postMessage({ answered: app.nameOf(assignment) }));

  return {
    refresh,
    /** @param {{id: number}} assignment */
    hasElsewhere: (assignment) => elsewhere.has(app.nameOf(assignment)),
  };
}

/** Some browsers forbid it together with storage. @param {string} name */
function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
