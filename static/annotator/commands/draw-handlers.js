/** What the actions of the drawing page alone do: submit, skip, note, and the way back after them. */

/** @typedef {import('../../common/types.js').Handlers} Handlers */

/**
 * @param {object} page
 * @param {() => boolean} page.isOpen an image is open and may be worked on
 * @param {import('../editor.js').Editor} page.editor
 * @param {{busy: boolean}} page.draw
 * @param {{submit: () => void, nothing: () => void, forget: () => void}} page.submission
 * @param {{exists: () => boolean, reopen: () => void}} page.lastSubmission
 * @param {{open: boolean}} page.offer of undoing what was sent last
 * @param {{ask: () => void}} page.skipMenu
 * @param {{when: () => boolean, run: () => void}} page.note
 * @param {Handlers} common what the actions do on every page
 */
export function drawHandlers(page, common) {
  const { isOpen, editor, draw, submission, lastSubmission, offer, skipMenu, note } = page;
  return {
    submit: { when: isOpen, run: submission.submit },
    nothing: {
      when: () => isOpen() && editor.doc.boxes.length === 0,
      run: submission.nothing,
    },
    skip: { when: isOpen, run: skipMenu.ask },
    note,
    'last-sent': { when: lastSubmission.exists, run: () => lastSubmission.reopen() },
    undo: {
      when: () => common.undo.when?.() || offer.open,
      // Nothing to undo here: then the image just sent is meant.
      run: () => {
        if (offer.open && !editor.doc.canUndo && !draw.busy) lastSubmission.reopen();
        else common.undo.run();
      },
    },
    cancel: {
      run: () => {
        submission.forget();
        common.cancel.run();
      },
    },
  };
}
