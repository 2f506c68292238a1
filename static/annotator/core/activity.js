/** How long somebody really worked on an image, and on what: time between actions, pauses cut off. */

const IDLE_AFTER_MS = 15_000;

/** @typedef {import('../../common/types.js').Method} Method */
/** @typedef {'open'|Method|'draw'|'adjust'|'accept'|'reject'|'delete'|'submit'} ActionKind */

/** Which kind of work a step of the document was. @type {Record<string, ActionKind>} */
const KINDS = {
  Draw: 'draw',
  Paste: 'draw',
  Duplicate: 'draw',
  Accept: 'accept',
  'Accept all': 'accept',
  Reject: 'reject',
  Delete: 'delete',
};

/** @param {string} step name of an undo step @param {Method|null} way how a box was drawn, if by hand
 * @returns {ActionKind} */
export const kindOf = (step, way = null) =>
  (step === 'Draw' ? way : null) ?? KINDS[step] ?? 'adjust';

/** Time belongs to the action it led to; before the first one somebody looked: 'open'.
 * @param {number} startedAt ms @param {number} [already] ms counted before, from a draft
 * @param {Record<string, number>|null} [spent] the same by action */
export function createActivity(startedAt, already = 0, spent = null) {
  let last = startedAt;
  let total = already;
  /** Not yet anybody's. */
  let pending = already;
  /** @type {Record<string, number>} */
  const byAction = { ...spent };
  for (const ms of Object.values(byAction)) pending -= ms;

  /** @param {number} now ms */
  const touch = (now) => {
    const gone = Math.min(Math.max(0, now - last), IDLE_AFTER_MS);
    total += gone;
    pending += gone;
    last = now;
    if (byAction.open === undefined) give('open');
    return Math.round(total);
  };
  /** @param {ActionKind} kind */
  const give = (kind) => {
    byAction[kind] = (byAction[kind] ?? 0) + pending;
    pending = 0;
  };

  return {
    touch,
    /** An action ended. @param {ActionKind} kind @param {number} now ms */
    mark(kind, now) {
      touch(now);
      give(kind);
    },
    get total() {
      return Math.round(total);
    },
    /** Whole milliseconds by action. */
    get byAction() {
      return Object.fromEntries(
        Object.entries(byAction).map(([kind, ms]) => [kind, Math.max(0, Math.round(ms))]),
      );
    },
    get last() {
      return last;
    },
  };
}

/** @param {readonly number[]} values */
export function median(values) {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
