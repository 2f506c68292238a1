/** Ends an image: submit, nothing here, skip; asks once where something may have been forgotten. */

import { speak } from '../../common/speak.js';
import { outcomes } from '../core/outcomes.js';
import { questionsOf } from '../core/questions.js';

/** @typedef {import('../../common/types.js').Assignment} Assignment */
/** @typedef {import('../../common/types.js').Box} Box */

/** So long a skip can be taken back; then it goes to the server, which gives the image to others. */
export const TAKE_BACK_MS = 6_000;

/**
 * @param {object} page
 * @param {import('../workspace.js').Workspace} page.workspace
 * @param {ReturnType<typeof import('./session.js').createSession<Assignment>>} page.session
 * @param {{leave: () => void}} page.stage
 * @param {(activeMs: number, boxes: number) => void} page.onSend
 * @param {() => void} page.onSkip
 */
export function createSubmission({ workspace, session, stage, onSend, onSkip }) {
  const { editor, hints, commands } = workspace;
  /** What Enter has confirmed on this image, or is asked to. @type {Set<string>} */
  let confirmed = new Set();
  /** A button takes no question off the page, as a key does. */
  const forget = () => {
    if (confirmed.size) hints.notice('');
    confirmed = new Set();
  };
  editor.onGesture(forget);

  /** Asks beside Submit and at the pointer, and never with a dialog. @param {string} code
   * @param {string} question */
  const sure = (code, question) => {
    if (confirmed.has(code)) return true;
    confirmed.add(code);
    hints.notice(question);
    speak(question);
    return false;
  };

  /** @param {Box[]} boxes */
  const send = (boxes) => {
    const assignment = /** @type {Assignment} */ (session.current);
    workspace.markTime('submit');
    const suggested = assignment.suggested ?? [];
    const { lowest } = editor.state.looks;
    const body = {
      version: assignment.version + 1,
      boxes,
      active_ms: workspace.activeMs(),
      action_ms: workspace.actionMs(),
      // An answer opened again no longer knows which box was which suggestion.
      outcomes:
        suggested.length && !assignment.boxes
          ? outcomes(suggested, editor.doc.boxes, lowest)
          : null,
    };
    commands.remember(boxes);
    onSend(body.active_ms, boxes.length);
    stage.leave();
    session.finish({ method: 'PUT', url: `/api/assignments/${assignment.id}/answer`, body });
  };

  return {
    send,
    /** Another image, or Esc: what was asked before holds no more. */
    forget,
    submit() {
      workspace.cancelTool();
      const again = `${hints.press('submit', 'Submit')} again`;
      // What a person asked not to see is no question to them.
      const open = commands.openSuggestions();
      for (const { code, text, boxes } of questionsOf(
        editor.doc.boxes,
        open,
        commands.nameOf,
        again,
      )) {
        if (confirmed.has(code)) continue;
        if (boxes.length) editor.choose(boxes);
        if (!sure(code, text)) return;
      }
      send(editor.doc.answer());
    },
    /** Marks the image as empty; only Submit sends it, so that no single key ever does. */
    nothing() {
      confirmed.add('empty');
      const text = `Nothing here: ${hints.press('submit', 'Submit')} to send it so.`;
      hints.notice(text);
      speak(text);
    },
    /** @param {string} reason */
    skip(reason) {
      const assignment = session.current;
      if (!assignment) return;
      onSkip();
      stage.leave();
      const url = `/api/assignments/${assignment.id}/skip`;
      session.finish({ method: 'POST', url, body: { reason }, after: Date.now() + TAKE_BACK_MS });
      speak('Image skipped');
    },
  };
}
