/** The top strip: round, position, pace, what is decoded ahead, and where the work is. */

import { el, fill, must } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { median } from '../core/activity.js';

/** @typedef {import('../sync/outbox.js').OutboxState} OutboxState */

/** @type {Record<string, string>} */
const PURPOSES = {
  pilot: 'pilot',
  validation: 'validation, annotated blind',
  training: 'first training',
  active: 'active learning',
  closing: 'closing round',
};

/** @type {Record<import('../core/storage-errors.js').NotKept, string>} */
const NOT_KEPT = {
  forbidden: 'Not saved here: storage is blocked',
  full: 'Not saved here: storage is full',
  failed: 'Not saved here: storage failed',
  elsewhere: 'Not saved: choose which work to keep',
};

/** @param {{number: number, purpose: string}} round @param {string} [instead] */
export const roundWords = (round, instead) =>
  `Round ${round.number} · ${instead ?? PURPOSES[round.purpose] ?? round.purpose}`;

/** @param {OutboxState} state */
function sentHalf({ waiting, sending, refused, trouble }) {
  if (refused.length)
    return {
      text: refused.length > 1 ? `${refused.length} need attention` : 'Needs attention',
      mark: 'warn',
      warn: true,
    };
  if (trouble === 'signed_out')
    return { text: `Signed out, ${waiting} waiting`, mark: 'warn', warn: true };
  if (trouble === 'busy')
    return { text: `Server busy, ${waiting} waiting`, mark: 'clock', warn: true };
  if (trouble || (!navigator.onLine && waiting))
    return { text: `Offline, ${waiting} waiting`, mark: 'cloud', warn: true };
  if (waiting || sending)
    return { text: `Sending ${Math.max(1, waiting)}`, mark: 'send', warn: false };
  return navigator.onLine
    ? { text: 'All sent', mark: 'send', warn: false }
    : { text: 'Offline', mark: 'cloud', warn: true };
}

/** @param {(refusedClicked: void) => void} onProblem when somebody presses "needs attention" */
export function createStatus(onProblem) {
  const round = must('[data-round]');
  const position = must('[data-position]');
  const left = must('[data-left]');
  const pace = must('[data-pace]');
  const cells = must('[data-prefetch]');
  const kept = must('[data-kept]');
  const sent = must('[data-sent]');
  /** @type {number[]} active milliseconds of the images done in this visit */
  const times = [];
  sent.addEventListener('click', () => onProblem());

  return {
    /** @param {string} roundText @param {string} positionText @param {string} [leftText] */
    place(roundText, positionText, leftText = '') {
      left.textContent = leftText;
      left.hidden = leftText === '';
      round.textContent = roundText;
      round.hidden = roundText === '';
      position.textContent = positionText;
    },
    /** @param {number} activeMs */
    finished(activeMs) {
      times.push(activeMs);
      const middle = median(times.slice(-20));
      if (times.length < 3 || middle === null) return;
      fill(
        pace,
        icon('clock'),
        el('span', { text: `${Math.max(1, Math.round(middle / 1000))} s per image` }),
      );
      pace.hidden = false;
    },
    /** @param {boolean[]} ready one for each assignment ahead */
    prefetch(ready) {
      const count = ready.filter(Boolean).length;
      fill(
        cells,
        ...[0, 1].map((place) => el('i', { class: ready[place] ? 'cell is-ready' : 'cell' })),
        el('span', { text: `${count} ready` }),
      );
    },
    /** @param {import('../core/storage-errors.js').NotKept|null} cause null: all is kept */
    keptHere(cause) {
      kept.classList.toggle('is-warn', cause !== null);
      const text = cause ? NOT_KEPT[cause] : 'Saved here';
      fill(kept, icon(cause ? 'warn' : 'check'), el('span', { text }));
    },
    /** @param {OutboxState} state */
    sent(state) {
      const { text, mark, warn } = sentHalf(state);
      sent.classList.toggle('is-warn', warn);
      fill(sent, icon(mark), el('span', { text }));
    },
  };
}
