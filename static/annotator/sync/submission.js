/** Ends an image: submit, nothing here, skip; asks once where something may have been forgotten. */

import { speak } from '../../common/speak.js';
import { questionsOf } from '../core/questions.js';
import { outcomes } from '../core/suggestions.js';

/** @typedef {import('../../common/api.js').Assignment} Assignment */

/** So long a skip can be taken back; then it goes to the server, which gives the image to others. */
const TAKE_BACK_MS = 6_000;

/**
 * @param {import('../app.js').App<Assignment>} app
 * @param {import('../workspace.js').Workspace} workspace
 * @param {ReturnType<typeof import('./session.js').createSession<Assignment>>} session
 */
export function createSubmission(app, workspace, session) {
  const { editor, hints, commands } = workspace;
  /** What Enter has confirmed on this image, or is asked to. @type {Set<string>} */
  let confirmed = new Set();
  /** A button takes no question off the page, as a key does. */
  const forget = () => {
    if (confirmed.size) hints.notice('');
    confirmed = new Set();
  };

  /** Asks near Submit and at the pointer, and never with a dialog. @param {string} code
   * @param {string} question */
  const sure = (code, question) => {
    if (confirmed.has(code)) return true;
    confirmed.add(code);
    hints.notice(question);
    speak(question);
    return false;
  };

  const send = () => {
    const assignment = /** @type {Assignment} */ (app.current);
    const boxes = editor.doc.answer();
    workspace.markTime('submit');
    const suggested = assignment.suggested ?? [];
    const { lowest } = editor.state.display;
    const activeMs = workspace.activeMs();
    // An answer opened again no longer knows which box was which suggestion.
    const knows = suggested.length > 0 && !assignment.boxes;
    const body = {
      version: assignment.version + 1,
      boxes,
      active_ms: activeMs,
      action_ms: workspace.actionMs(),
      outcomes: knows ? outcomes(suggested, editor.doc.boxes, lowest) : null,
    };
    commands.remember(boxes);
    app.emit('submitted', { assignment, boxes: boxes.length, activeMs });
    session.finish({ method: 'PUT', url: `/api/assignments/${assignment.id}/answer`, body });
  };

  const submit = () => {
    workspace.cancelTool();
    const again = `${hints.press('submit', 'Submit')} again`;
    // What a person asked not to see is no question to them.
    const open = commands.openSuggestions();
    const questions = questionsOf(editor.doc.boxes, open, commands.nameOf, again);
    for (const { code, text, boxes } of questions) {
      if (confirmed.has(code)) continue;
      if (boxes.length) editor.choose(boxes);
      if (!sure(code, text)) return;
    }
    send();
  };

  /** Marks the image as empty; only Submit sends it, so that no single key ever does. */
  const nothing = () => {
    confirmed.add('empty');
    const text = `Nothing here: ${hints.press('submit', 'Submit')} to send it so.`;
    hints.notice(text);
    speak(text);
  };

  /** @param {import('../../common/api.js').SkipChoice['code']} reason */
  const skip = (reason) => {
    const assignment = app.current;
    if (!assignment) return;
    app.emit('skipped', assignment);
    const url = `/api/assignments/${assignment.id}/skip`;
    session.finish({ method: 'POST', url, body: { reason }, after: Date.now() + TAKE_BACK_MS });
    speak('Image skipped');
  };

  app.on('gesture', forget);
  app.on('image-closed', forget);
  app.on('skip', skip);

  return {
    forget,
    submit,
    nothing,
    /** Somebody else has the image: what was drawn still goes to the server, as an extra answer. */
    leaveLost: () => (editor.doc.answer().length ? send() : session.leave()),
  };
}
