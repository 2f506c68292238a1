/** Opens an answer again that is sent already, while its image is not consolidated. */

import { ApiError } from './api.js';

/** @typedef {import('../common/types.js').Assignment} Assignment */

/**
 * @param {object} page
 * @param {ReturnType<typeof import('./api.js').createApi>} page.api
 * @param {import('./outbox.js').Outbox} page.outbox
 * @param {(seat: Assignment) => void} page.reopen
 * @param {(message: string) => void} page.tell
 */
export function createReopening({ api, outbox, reopen, tell }) {
  /** The seat handed in last. @type {number|null} */
  let last = null;

  /** @param {any} seat as the server has it, with `changeable` */
  const open = (seat) => {
    if (seat.changeable) return reopen(seat);
    tell('This answer can no longer be changed: its image is finished.');
  };

  return {
    open,
    /** @param {number|null} seat */
    handedIn(seat) {
      last = seat;
    },
    doing: {
      when: () => last !== null,
      run: async () => {
        // Still here: then the newest boxes are here too, and the server's are older.
        const waiting = (await outbox.all()).filter((item) => item.seat === `assignments:${last}`);
        const item = waiting.at(-1);
        if (item?.body.boxes) {
          const { boxes, version } = item.body;
          return reopen({ ...item.context.seat, boxes, version, lease_expires_at: null });
        }
        try {
          open(await api.get(`/api/assignments/${last}`));
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          tell(error.message);
        }
      },
    },
  };
}
