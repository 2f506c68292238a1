/** Ends an image: submit, nothing here, skip; asks once where something may have been forgotten. */

import { speak } from '../common/speak.js';
import { outcomes } from './core/outcomes.js';

/** @typedef {import('../common/types.js').Assignment} Assignment */
/** @typedef {import('../common/types.js').Box} Box */

/**
 * @param {object} page
 * @param {import('./workspace.js').Workspace} page.workspace
 * @param {ReturnType<typeof import('./session.js').createSession<Assignment>>} page.session
 * @param {{leave: () => void}} page.stage
 * @param {(activeMs: number) => void} page.onSend
 */
export function createHandingIn({ workspace, session, stage, onSend }) {
  const { editor, hints, commands } = workspace;
  /** What Enter asked to confirm, so that the second Enter means it. */
  let confirmed = '';
  /** A button takes no question off the page, as a key does. */
  const forget = () => {
    if (confirmed) hints.notice('');
    confirmed = '';
  };
  editor.onGesture(forget);

  /** Asks in the hint line or the sheet, and never with a dialog. @param {string} question */
  const sure = (question) => {
    if (confirmed === question) return true;
    confirmed = question;
    hints.notice(question);
    speak(question);
    return false;
  };

  const again = () => `${hints.press('submit', 'Submit')} again`;

  /** @param {Box[]} boxes */
  const send = (boxes) => {
    const seat = /** @type {Assignment} */ (session.current);
    workspace.markTime('submit');
    const suggested = seat.suggested ?? [];
    const { lowest } = editor.state.looks;
    const body = {
      version: seat.version + 1,
      boxes,
      active_ms: workspace.activeMs(),
      action_ms: workspace.actionMs(),
      // An answer opened again no longer knows which box was which suggestion.
      outcomes:
        suggested.length && !seat.boxes ? outcomes(suggested, editor.doc.boxes, lowest) : null,
    };
    commands.remember(boxes);
    onSend(body.active_ms);
    stage.leave();
    session.handIn({ method: 'PUT', url: `/api/assignments/${seat.id}/answer`, body });
  };

  return {
    send,
    /** Another image: questions of the one before are answered. */
    forget,
    submit() {
      workspace.cancelTool();
      // What a person asked not to see is no question to them.
      const left = commands.openSuggestions().length;
      const boxes = editor.doc.answer();
      const [word, them] = left === 1 ? ['suggestion', 'it'] : ['suggestions', 'them'];
      if (left && !sure(`${left} ${word} not looked at. ${again()} to leave ${them} out.`)) return;
      if (!boxes.length && !left && !sure(`No boxes drawn. ${again()} if nothing is here.`)) return;
      send(boxes);
    },
    /** @param {string} reason */
    skip(reason) {
      const seat = session.current;
      if (!seat) return;
      stage.leave();
      session.handIn({ method: 'POST', url: `/api/assignments/${seat.id}/skip`, body: { reason } });
      speak('Image skipped');
    },
  };
}
