/** One object per image: the drawn box sends itself after a moment in which it can be taken back. */

import { speak } from '../../common/speak.js';

const GRACE_MS = 1_000;

/** @param {import('../app.js').App<any>} app
 * @param {import('../workspace.js').Workspace} workspace @param {() => boolean} isOpen
 * @param {() => void} submit */
export function startOneObject(app, { editor, hints, surface }, isOpen, submit) {
  let timer = 0;
  const stop = () => {
    clearTimeout(timer);
    timer = 0;
  };
  const fire = () => {
    timer = 0;
    // Somebody is at it again: their next gesture starts the moment anew.
    if (editor.doc.busy || editor.state.drawing.draftShape || editor.state.drawing.grabbed) return;
    if (isOpen() && editor.doc.answer().length === 1) submit();
  };
  app.on('gesture', (name) => {
    stop();
    if (!['Draw', 'Move', 'Resize', 'Class', 'Accept'].includes(name)) return;
    if (editor.doc.answer().length !== 1) return;
    hints.notice('Submits in one second. Undo cancels.');
    speak('Submits in one second');
    timer = window.setTimeout(fire, GRACE_MS);
  });
  // A hand on its way to a correction must not be overtaken.
  surface.addEventListener('pointerdown', stop);
}
