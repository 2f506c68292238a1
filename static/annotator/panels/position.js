/** "Your image 3": counts what the person submitted, also what the server does not have yet. What is left
 * is everybody's, and is no promise: others draw, too. */

import { roundWords } from './status.js';

/** @typedef {import('../../common/api.js').Assignment} Assignment */

/** @param {import('../app.js').App<Assignment>} app
 * @param {Pick<ReturnType<typeof import('./status.js').createStatus>, 'place'|'finished'>} status */
export function createPosition(app, status) {
  /** Each round counts anew, and assignments of two may be here at once. @type {Map<number, number>} */
  const done = new Map();
  /** Of anybody, this image included. @type {Map<number, number>} */
  const left = new Map();
  /** @param {Assignment} assignment */
  const doneIn = ({ round }) => done.get(round.number) ?? 0;
  /** @param {Assignment} assignment */
  const leftIn = ({ round, position }) => left.get(round.number) ?? position.left;
  /** The server may know of answers from elsewhere; an assignment fetched ahead knows less than the page.
   * @param {Assignment} assignment */
  const see = (assignment) => {
    done.set(assignment.round.number, Math.max(doneIn(assignment), assignment.position.done));
    left.set(assignment.round.number, Math.min(leftIn(assignment), assignment.position.left));
  };
  /** @param {Assignment} assignment @param {number} by */
  const add = (assignment, by) => {
    done.set(assignment.round.number, doneIn(assignment) + by);
    left.set(assignment.round.number, Math.max(0, leftIn(assignment) - by));
  };

  /** Says where the person is. @param {Assignment|null} assignment @returns {string} */
  const show = (assignment) => {
    if (!assignment) {
      status.place('', '', '');
      return '';
    }
    see(assignment);
    const text = `Your image ${doneIn(assignment) + 1}`;
    const rest = leftIn(assignment);
    const words = rest > 1 ? `${rest} left in this round` : '';
    status.place(roundWords(assignment.round), text, words);
    return text;
  };

  app.on('submitted', ({ assignment, activeMs }) => {
    add(assignment, 1);
    status.finished(activeMs);
  });
  app.on('reopened', (assignment) => add(assignment, -1));
  app.on('sent', ({ reply }) => (reply.next ?? []).forEach(see));

  return {
    show,
    /** @param {readonly Assignment[]} waiting those whose answers wait here to be sent */
    start(waiting) {
      for (const each of waiting) add(each, 1);
      show(app.current);
    },
  };
}
