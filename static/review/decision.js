/** A verdict on the whole label: kept, shown as given, and the next image opens. */

import { speak } from '../common/speak.js';

/** @typedef {import('./audit-actions.js').Verdict} Verdict */

/** @type {Record<Verdict, string>} */
const SAID = {
  approved: 'Approved',
  corrected: 'Corrected',
  rejected: 'Rejected',
  unjudgeable: 'Not judged',
};

/** @param {object} parts
 * @param {import('../annotator/workspace.js').Workspace} parts.workspace
 * @param {{leave: () => void}} parts.stage
 * @param {ReturnType<typeof import('../annotator/panels/status.js').createStatus>} parts.status
 * @param {ReturnType<typeof import('./verdicts.js').createVerdicts>} parts.verdicts
 * @param {import('./undo-bar.js').UndoBar} parts.undoBar
 * @param {() => void} parts.undo
 * @param {() => readonly import('../common/types.js').DocBox[]|null} parts.revealing the boxes as they
 *   were before the last answer, where a drawing is compared with the label: it is never drawn anew
 * @param {() => import('../common/api.js').Audit|null} parts.audit the open one */
export function createDecision({
  workspace,
  stage,
  status,
  verdicts,
  undoBar,
  undo,
  revealing,
  audit,
}) {
  const { editor } = workspace;

  /** @param {Verdict} verdict @param {import('../common/api.js').RejectChoice|null} [reason] */
  return async (verdict, reason = null) => {
    const open = audit();
    if (!open) return;
    workspace.cancelTool();
    workspace.touch();
    const activeMs = workspace.activeMs();
    const boxes = verdict === 'approved' || verdict === 'corrected' ? editor.doc.answer() : null;
    status.finished(activeMs);
    stage.leave();
    const before = revealing();
    const body = { verdict, boxes, reason: reason?.code ?? '', active_ms: activeMs };
    const seconds = await verdicts.give(open, body, before);
    const said = before ? 'Compared' : reason ? `${SAID[verdict]}: ${reason.label}` : SAID[verdict];
    speak(said);
    undoBar.show(`${said}.`, undo, seconds);
  };
}
