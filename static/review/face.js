/** What the reviewer's buttons say, and which of them stand there: for the label, or the box in close-up. */

import { roundWords } from '../annotator/panels/status.js';
import { must } from '../common/dom.js';

/** @typedef {import('./audit-actions.js').Mode} Mode */

/** @param {object} parts
 * @param {import('../annotator/workspace.js').Workspace} parts.workspace
 * @param {ReturnType<typeof import('../annotator/panels/status.js').createStatus>} parts.status
 * @param {import('./boxwalk.js').BoxWalk} parts.walk
 * @param {() => Mode} parts.mode
 * @param {() => import('../common/api.js').Audit|null} parts.audit */
export function createFace({ workspace, status, walk, mode, audit }) {
  const { editor } = workspace;

  /** What the keys mean now: of the box in close-up, else of the image. */
  const showMeaning = () => {
    const open = audit();
    if (!open) return status.place('', '');
    const [at, of] = walk.place;
    const onBox = at > 0 && mode() !== 'correcting';
    const revealing = mode() === 'revealing';
    const noReject = open.kind === 'certificate' && !onBox && !revealing;
    status.place(roundWords(open.round, 'audit of auto-labels'), onBox ? `Box ${at} of ${of}` : '');
    must('[data-first]').textContent = revealing ? 'Yes, overlooked' : onBox ? 'Right' : 'Approve';
    must('[data-second]').textContent = onBox ? 'Fix' : 'Correct';
    must('[data-third]').textContent = revealing
      ? 'Reject, nothing new'
      : onBox
        ? 'No object'
        : 'Reject…';
    must('[data-verdicts] [data-action="wrong"]').hidden = noReject;
    must('[data-cannot]').hidden = !noReject;
    must('[data-verdicts] [data-action="correct"]').hidden = revealing;
    must('[data-send-walk]').hidden = !walk.begun || revealing;
  };
  editor.onChange(showMeaning);

  return {
    /** The mode has changed. */
    turn() {
      const open = audit();
      const editing = mode() === 'correcting' || mode() === 'fixing';
      const sending = editing || mode() === 'sent';
      const fixing = mode() === 'fixing';
      must('[data-verdicts]').hidden = sending;
      must('[data-correcting]').hidden = !sending;
      must('[data-classes]').hidden = !editing;
      must('.panel').classList.toggle('is-correcting', editing);
      must('[data-blind-third]').hidden = open?.kind !== 'certificate' || fixing;
      must('[data-back] [data-action="back"]').hidden = open?.blind ?? false;
      must('[data-back]').classList.toggle('is-single', open?.blind || open?.kind === 'monitoring');
      must('[data-send-words]').textContent = fixing ? 'Done with this box' : 'Send these boxes';
      workspace.cancelTool();
      editor.set('drawing', {
        editable: editing,
        tool: mode() === 'correcting' ? 'draw' : 'select',
      });
    },
  };
}
