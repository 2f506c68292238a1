/** Opens an image again that was sent or skipped: from the outbox while it waits there, else from the
 * server while its image is not consolidated. */

import { speak } from '../../common/speak.js';
import { ApiError } from './api.js';

/** @typedef {import('../../common/api.js').Assignment} Assignment */

/**
 * @param {import('../app.js').App<Assignment>} app
 * @param {object} page
 * @param {ReturnType<typeof import('./api.js').createApi>} page.api
 * @param {import('./outbox.js').Outbox} page.outbox
 * @param {ReturnType<typeof import('./session.js').createSession<Assignment>>} page.session
 * @param {{pointOut: (where: string, message: string) => string}} page.stage
 * @param {ReturnType<typeof import('../panels/hints.js').startHints>} page.hints
 */
export function createLastSubmission(app, { api, outbox, session, stage, hints }) {
  /** What was sent or skipped last. @type {{id: number, sent: boolean}|null} */
  let last = null;
  app.on('submitted', ({ assignment: { id } }) => {
    last = { id, sent: true };
  });
  app.on('skipped', ({ id }) => {
    last = { id, sent: false };
  });

  const tell = (/** @type {string} */ text) => {
    hints.notice(text);
    speak(text);
  };

  /** It is at the server, or on its way. @param {Assignment} assignment */
  const reopen = (assignment) => {
    app.emit('reopened', assignment);
    session.reopen(assignment);
    hints.notice(
      `You submitted this one already. ${hints.press('submit', 'Submit')} to submit it again with your changes.`,
    );
  };
  /** It never left this page. @param {Assignment} assignment @param {boolean} sent */
  const takeBack = (assignment, sent) => {
    if (sent) app.emit('reopened', assignment);
    session.reopen(assignment);
    hints.notice('Reopened: it was not sent.');
  };

  app.on('refused-reopened', ({ body, context: { assignment }, problem }) => {
    app.emit('reopened', assignment);
    session.reopen({
      ...assignment,
      boxes: body.boxes ?? assignment.boxes,
      version: body.version ?? assignment.version,
    });
    if (problem?.where) hints.notice(stage.pointOut(problem.where, problem.message));
  });

  /** @param {import('../../common/api.js').OwnAssignment} assignment */
  const open = (assignment) => {
    if (assignment.changeable) return reopen(assignment);
    tell(
      'This answer can no longer be changed: its image is finished. In “My answers” you can suggest a correction.',
    );
  };

  return {
    open,
    exists: () => last !== null,
    async reopen() {
      if (!last) return;
      const { id, sent } = last;
      // Still here: then the newest boxes are here too, and the server's are older.
      const found = await outbox.takeBack(app.nameOf({ id }));
      if (found) {
        last = null;
        const { assignment } = found.item.context;
        const { boxes = assignment.boxes, version } = found.item.body;
        if (found.whole) return takeBack({ ...assignment, boxes }, sent);
        if (sent) return reopen({ ...assignment, boxes, version, lease_expires_at: null });
      }
      if (!sent) return tell('This skip has reached the server: others may have the image now.');
      try {
        open(await api.get(`/api/assignments/${id}`));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        tell(error.message);
      }
    },
  };
}
