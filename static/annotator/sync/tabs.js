/** What this person has open in other tabs of the browser, so that two tabs do not do one image. */

import { PAGE_ID } from './page-id.js';

/** @typedef {ReturnType<typeof createTabs>} Tabs */

/**
 * @param {number} userId
 * @param {(assignment: string) => void} onAnswered another tab has submitted this image
 */
export function createTabs(userId, onAnswered) {
  const prefix = `boxwise-open-${userId}-`;
  // Browsers offer locks over HTTPS and on localhost only; without them tabs know nothing.
  const { locks } = navigator;
  const channel = openChannel(`boxwise-${userId}`);
  /** @type {Set<string>} */
  let elsewhere = new Set();
  /** @type {() => void} */
  let release = () => {};

  channel?.addEventListener('message', ({ data }) => {
    if (data.answered) onAnswered(data.answered);
    if (data.opened !== undefined) look();
  });

  const look = async () => {
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

  return {
    look,
    /** @param {string} assignment */
    hasElsewhere: (assignment) => elsewhere.has(assignment),
    /** This tab shows that image now. @param {string} assignment '' for none */
    opened(assignment) {
      release();
      channel?.postMessage({ opened: assignment });
      if (!locks || !assignment) return;
      // Nobody waits for the lock: that it is held is the message, and ends with the tab.
      let end = () => {};
      const held = new Promise((done) => {
        end = () => done(undefined);
      });
      release = end;
      locks.request(`${prefix}${assignment} ${PAGE_ID}`, () => held).catch(() => {});
      look();
    },
    /** @param {string} assignment */
    answered: (assignment) => channel?.postMessage({ answered: assignment }),
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
