/** "Your image 3": counts what the person handed in, also what the server does not have yet. What is left
 * is everybody's, and is no promise: others draw, too. */

import { roundWords } from './status.js';

/** @typedef {import('../../common/types.js').Assignment} Assignment */

/** @param {Pick<ReturnType<typeof import('./status.js').createStatus>, 'place'|'finished'>} status */
export function createPosition(status) {
  /** Each round counts anew, and seats of two may be here at once. @type {Map<number, number>} */
  const done = new Map();
  /** Of anybody, this image included. @type {Map<number, number>} */
  const left = new Map();
  /** @param {Assignment} seat */
  const doneIn = ({ round }) => done.get(round.number) ?? 0;
  /** @param {Assignment} seat */
  const leftIn = ({ round, position }) => left.get(round.number) ?? position.left;
  /** The server may know of answers from elsewhere; a seat fetched ahead knows less than the page.
   * @param {Assignment} seat */
  const see = (seat) => {
    done.set(seat.round.number, Math.max(doneIn(seat), seat.position.done));
    left.set(seat.round.number, Math.min(leftIn(seat), seat.position.left));
  };
  /** @param {Assignment} seat @param {number} by */
  const add = (seat, by) => {
    done.set(seat.round.number, doneIn(seat) + by);
    left.set(seat.round.number, Math.max(0, leftIn(seat) - by));
  };

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
        status.place('', '', '');
        return '';
      }
      see(seat);
      const text = `Your image ${doneIn(seat) + 1}`;
      const rest = leftIn(seat);
      status.place(roundWords(seat.round), text, rest > 1 ? `${rest} left in this round` : '');
      return text;
    },
  };
}
