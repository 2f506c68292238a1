/** Opens an image again that was sent or skipped: from the outbox while it waits there, else from the
 * server while its image is not consolidated. */

import { ApiError } from './api.js';

/** @typedef {import('../../common/types.js').Assignment} Assignment */
/** @typedef {'sent'|'skipped'} How */

/**
 * @param {object} page
 * @param {ReturnType<typeof import('./api.js').createApi>} page.api
 * @param {import('./outbox.js').Outbox} page.outbox
 * @param {(assignment: Assignment) => void} page.reopen it is at the server, or on its way
 * @param {(assignment: Assignment, how: How) => void} page.takeBack it never left this page
 * @param {(message: string) => void} page.tell
 */
export function createLastSubmission({ api, outbox, reopen, takeBack, tell }) {
  /** What was sent or skipped last. @type {{id: number, how: How}|null} */
  let last = null;

  /** @param {any} assignment as the server has it, with `changeable` */
  const open = (assignment) => {
    if (assignment.changeable) return reopen(assignment);
    tell(
      'This answer can no longer be changed: its image is finished. In “My answers” you can suggest a correction.',
    );
  };

  return {
    open,
    /** @param {number|null} id of the assignment @param {How} how */
    note(id, how) {
      last = id === null ? null : { id, how };
    },
    handler: {
      when: () => last !== null,
      run: async () => {
        if (!last) return;
        const { id, how } = last;
        // Still here: then the newest boxes are here too, and the server's are older.
        const found = await outbox.takeBack(`assignments:${id}`);
        if (found) {
          last = null;
          const { assignment } = found.item.context;
          const { boxes = assignment.boxes, version } = found.item.body;
          if (found.whole) return takeBack({ ...assignment, boxes }, how);
          if (how === 'sent')
            return reopen({ ...assignment, boxes, version, lease_expires_at: null });
        }
        if (how === 'skipped')
          return tell('This skip has reached the server: others may have the image now.');
        try {
          open(await api.get(`/api/assignments/${id}`));
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          tell(error.message);
        }
      },
    },
  };
}
