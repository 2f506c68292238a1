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
 * @param {() => import('../common/types.js').Audit|null} parts.audit the open one
 * @param {() => boolean} parts.final whether the label was revealed, so that it cannot be drawn anew */
export function createDeciding({ workspace, stage, status, verdicts, audit, final }) {
  const { editor, hints } = workspace;

  /** @param {Verdict} verdict @param {string} [reason] */
  return async (verdict, reason = '') => {
    const open = audit();
    if (!open) return;
    workspace.cancelTool();
    workspace.touch();
    const activeMs = workspace.activeMs();
    const boxes = verdict === 'approved' || verdict === 'corrected' ? editor.doc.answer() : null;
    status.finished(activeMs);
    stage.leave();
    const kept = final();
    await verdicts.give(open, { verdict, boxes, reason, active_ms: activeMs }, kept);
    speak(reason ? `${SAID[verdict]}: ${reason}` : SAID[verdict]);
    hints.notice(
      kept ? 'Compared and sent.' : `${SAID[verdict]}. ${hints.words('back')} takes it back.`,
    );
  };
}
