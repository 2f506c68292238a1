/** What this person has open in other tabs of the browser, so that two tabs do not do one image. */

/** @typedef {ReturnType<typeof createTabs>} Tabs */

/**
 * @param {number} userId
 * @param {(seat: string) => void} onAnswered another tab has handed this image in
 */
export function createTabs(userId, onAnswered) {
  const prefix = `boxwise-open-${userId}-`;
  // Browsers offer locks over HTTPS and on localhost only; without them tabs know nothing.
  const { locks } = navigator;
  const channel = new BroadcastChannel(`boxwise-${userId}`);
  /** @type {Set<string>} */
  let elsewhere = new Set();
  let mine = '';
  /** @type {() => void} */
  let release = () => {};

  channel.addEventListener('message', ({ data }) => {
    if (data.answered) onAnswered(data.answered);
    if (data.opened !== undefined) look();
  });

  const look = async () => {
    if (!locks) return;
    const { held = [] } = await locks.query();
    elsewhere = new Set(
      held
        .map((lock) => lock.name ?? '')
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .filter((seat) => seat !== mine),
    );
  };

  return {
    look,
    /** @param {string} seat */
    hasElsewhere: (seat) => elsewhere.has(seat),
    /** This tab shows that image now. @param {string} seat '' for none */
    opened(seat) {
      release();
      mine = seat;
      channel.postMessage({ opened: seat });
      if (!locks || !seat) return;
      const stop = new AbortController();
      release = () => stop.abort();
      const held = () =>
        new Promise((done) => {
          release = () => done(undefined);
        });
      locks.request(prefix + seat, { signal: stop.signal }, held).catch(() => {
        // Given up before the other tab let go.
      });
      look();
    },
    /** @param {string} seat */
    answered: (seat) => channel.postMessage({ answered: seat }),
  };
}
