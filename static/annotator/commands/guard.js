/** Keeps a second Enter or a double click meant for one image from acting on the next. */

/** @typedef {import('../../common/types.js').Handlers} Handlers */

/** Nobody sees a new image and decides on it in less; a double press is always quicker. */
const SETTLE_MS = 300;

/** What sends, skips, deletes or answers. */
const GUARDED = [
  ...['submit', 'nothing', 'skip', 'delete', 'back-point'],
  ...['accept', 'accept-all', 'reject'],
];
/** Nobody judges pixels that are not there yet. */
const NEEDS_PIXELS = ['submit', 'nothing', 'accept', 'accept-all', 'reject'];

/**
 * @param {import('../app.js').App<any>} app
 * @param {object} page
 * @param {() => boolean} page.seen the image's pixels are on screen
 * @param {(text: string) => void} page.tell
 * @param {() => number} [page.now] ms
 */
export function createGuard(app, { seen, tell, now = () => performance.now() }) {
  let opened = -Infinity;
  app.on('assignment-opened', () => {
    opened = now();
  });
  return {
    /** @param {Handlers} handlers @returns {Handlers} */
    wrap(handlers) {
      /** @param {string} id @param {() => void} run */
      const guarded = (id, run) => () => {
        if (now() - opened < SETTLE_MS)
          return tell('This image has just opened: that press did nothing.');
        if (NEEDS_PIXELS.includes(id) && !seen())
          return tell('This image is still loading: that press did nothing.');
        run();
      };
      return Object.fromEntries(
        Object.entries(handlers).map(([id, handler]) => [
          id,
          GUARDED.includes(id) ? { ...handler, run: guarded(id, handler.run) } : handler,
        ]),
      );
    },
  };
}
