/** Keeps the work on the open image: at once on this machine, within seconds at the server. */

import { causeOf } from '../core/storage-errors.js';
import { ApiError } from './api.js';
import { PAGE_ID } from './page-id.js';

/** @typedef {import('../../common/types.js').AnyAssignment} AnyAssignment */
/** @typedef {import('./store.js').Draft} Draft */
/** @typedef {ReturnType<typeof createDrafts>} Drafts */

const SERVER_EVERY_MS = 4_000;

/**
 * Drafts of one image are counted, over tabs and computers: the higher number is the newer work,
 * whatever the clocks say. What another page saved is overwritten only if this one has seen it.
 * @param {object} parts
 * @param {string} parts.kind
 * @param {import('./store.js').Store} parts.store
 * @param {ReturnType<typeof import('./api.js').createApi>|null} parts.api where drafts go to the server
 * @param {() => Omit<Draft, 'assignment'|'version'|'number'|'writer'>} parts.read the work as it stands
 * @param {(cause: import('../core/storage-errors.js').NotKept|null) => void} parts.onKept null: it is kept here
 * @param {(other: Draft|null) => void} parts.onElsewhere newer work from another tab (or, null, computer)
 */
export function createDrafts({ kind, store, api, read, onKept, onElsewhere }) {
  /** @type {AnyAssignment|null} */
  let assignment = null;
  let number = 0;
  let sentNumber = 0;
  /** The number of the newest work of others that this page has seen. */
  let known = 0;
  /** Of images that were open before: one may come back. @type {Map<string, number>} */
  const numbers = new Map();
  let busy = false;
  let again = false;
  let timer = 0;
  /** Two works on one image: nothing is overwritten until the person decides. */
  let conflict = false;

  /** @param {AnyAssignment} of */
  const name = (of) => `${kind}:${of.id}`;
  /** @param {AnyAssignment} of */
  const versionOf = (of) => ('version' in of ? of.version : 0);

  const sendLater = () => {
    if (api && !timer) timer = window.setTimeout(() => send(), SERVER_EVERY_MS);
  };
  /** @param {boolean} [leaving] the page may be gone before the answer comes */
  const send = async (leaving = false) => {
    timer = 0;
    const of = assignment;
    if (!api || !of || conflict || number === sentNumber || !navigator.onLine) return;
    const { boxes, active_ms, action_ms } = read();
    const sending = number;
    const content = { boxes: boxes.map(({ id: _, ...box }) => box), active_ms, action_ms };
    const body = { version: versionOf(of), number: sending, known, writer: PAGE_ID, content };
    try {
      await api.request('PUT', `/api/assignments/${of.id}/draft`, body, { outlive: leaving });
      if (of !== assignment) return;
      sentNumber = sending;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (of !== assignment) return;
      if (error.code === 'draft_elsewhere') {
        conflict = true;
        onElsewhere(null);
      }
    }
    if (number !== sentNumber && !conflict) sendLater();
  };

  const save = async () => {
    if (!assignment || conflict) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    do {
      again = false;
      /** @type {AnyAssignment} */
      const of = assignment;
      number += 1;
      try {
        const draft = {
          assignment: name(of),
          version: versionOf(of),
          number,
          writer: PAGE_ID,
          ...read(),
        };
        const other = await store.saveDraft(draft, known);
        // A gesture on the image that opened meanwhile is saved in the next turn.
        if (of !== assignment) continue;
        if (other) {
          conflict = true;
          onElsewhere(other);
        }
        onKept(other ? 'elsewhere' : store.cause);
      } catch (error) {
        if (of === assignment) onKept(causeOf(error));
      }
    } while (again && assignment && !conflict);
    busy = false;
    sendLater();
  };

  // A hidden page may never come back: what the server lacks goes now.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) send(true);
  });

  return {
    save,
    sendNow: () => send(true),
    /** From now on the work is this image's. @param {AnyAssignment|null} next */
    turnTo(next) {
      clearTimeout(timer);
      timer = 0;
      if (assignment) numbers.set(name(assignment), number);
      assignment = next;
      conflict = false;
      known = number = sentNumber = (next && numbers.get(name(next))) || 0;
      // Of another image nothing is unsaved yet.
      onKept(store.cause);
    },
    /** The newest draft of the open image, from here or from the server. @returns {Promise<Draft|null>} */
    async find() {
      const of = assignment;
      if (!of) return null;
      const here = await store.draft(name(of)).catch(() => undefined);
      if (of !== assignment) return null;
      const there = 'draft' in of ? of.draft : null;
      known = Math.max(number, here?.number ?? 0, there?.number ?? 0);
      number = known;
      sentNumber = there?.number ?? 0;
      const fits = here && here.version >= versionOf(of) ? here : undefined;
      if (there && there.number > (fits?.number ?? -1))
        return { assignment: name(of), version: versionOf(of), ...there };
      return fits ?? null;
    },
    /** The person decided for the other work: it is returned. @param {Draft|null} other */
    async takeOther(other) {
      if (!assignment) return null;
      const of = assignment;
      const found = other ?? (await api?.get(`/api/assignments/${of.id}/draft`))?.draft ?? null;
      known = number = Math.max(number, found?.number ?? 0);
      sentNumber = found?.number ?? 0;
      conflict = false;
      onKept(store.cause);
      return found && { assignment: name(of), version: versionOf(of), ...found };
    },
    /** The person decided for the work on screen: it becomes the newest. @param {Draft|null} other */
    async keepMine(other) {
      if (!assignment) return;
      const there = other ?? (await api?.get(`/api/assignments/${assignment.id}/draft`))?.draft;
      known = number = Math.max(number, there?.number ?? 0);
      conflict = false;
      await save();
    },
  };
}
