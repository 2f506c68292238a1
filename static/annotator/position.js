/** "Image 143 of 200": counts what was handed in here, though the server may not have it yet. */

import { roundWords } from './panels/status.js';

/** @typedef {import('../common/types.js').Assignment} Assignment */

/** @param {ReturnType<typeof import('./panels/status.js').createStatus>} status */
export function createPosition(status) {
  let done = 0;
  return {
    /** @param {number} count of answers that are in, or wait here to be sent */
    start(count) {
      done = count;
    },
    /** @param {number} activeMs */
    handedIn(activeMs) {
      done += 1;
      status.finished(activeMs);
    },
    /** An answer came back to be changed. */
    takenBack() {
      done -= 1;
    },
    /** The server may know of answers from elsewhere. @param {readonly Assignment[]} seats */
    see(seats) {
      done = Math.max(done, ...seats.map((seat) => seat.position.done));
    },
    /** Says where the person is. @param {Assignment|null} seat @returns {string} */
    show(seat) {
      if (!seat) {
        status.place('', '');
        return '';
      }
      done = Math.max(done, seat.position.done);
      const { total } = seat.position;
      const text = `Image ${Math.min(done + 1, total)} of ${total}`;
      status.place(roundWords(seat.round), text);
      return text;
    },
  };
}
