/** "Image 143 of 200": counts what was handed in here, though the server may not have it yet. */

import { roundWords } from './panels/status.js';

/** @typedef {import('../common/types.js').Assignment} Assignment */

/** @param {Pick<ReturnType<typeof import('./panels/status.js').createStatus>, 'place'|'finished'>} status */
export function createPosition(status) {
  /** Each round counts anew, and seats of two may be here at once. @type {Map<number, number>} */
  const done = new Map();
  /** @param {Assignment} seat */
  const doneIn = ({ round }) => done.get(round.number) ?? 0;
  /** The server may know of answers from elsewhere. @param {Assignment} seat */
  const see = (seat) => done.set(seat.round.number, Math.max(doneIn(seat), seat.position.done));
  /** @param {Assignment} seat @param {number} by */
  const add = (seat, by) => done.set(seat.round.number, doneIn(seat) + by);

  return {
    /** @param {readonly Assignment[]} waiting those whose answers wait here to be sent */
    start(waiting) {
      for (const each of waiting) add(each, 1);
    },
    /** @param {Assignment} seat @param {number} activeMs */
    handedIn(seat, activeMs) {
      add(seat, 1);
      status.finished(activeMs);
    },
    /** An answer came back to be changed. @param {Assignment} seat */
    takenBack: (seat) => add(seat, -1),
    /** @param {readonly Assignment[]} seats */
    see: (seats) => seats.forEach(see),
    /** Says where the person is. @param {Assignment|null} seat @returns {string} */
    show(seat) {
      if (!seat) {
        status.place('', '');
        return '';
      }
      see(seat);
      const { total } = seat.position;
      const text = `Image ${Math.min(doneIn(seat) + 1, total)} of ${total}`;
      status.place(roundWords(seat.round), text);
      return text;
    },
  };
}
