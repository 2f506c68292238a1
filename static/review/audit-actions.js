/** What a reviewer can decide, as rows of the action table: for the box in close-up, else the image. */

import { speak } from '../common/speak.js';

/** @typedef {import('../common/types.js').Action} Action */
/** @typedef {import('../common/types.js').Audit} Audit */
/** @typedef {import('../annotator/panels/hints.js').Hint} Hint */
/** @typedef {'approved'|'corrected'|'rejected'|'unjudgeable'} Verdict */
/** @typedef {'judging'|'correcting'|'fixing'} Mode one box is fixed, or the whole label corrected */

/**
 * @param {object} page
 * @param {import('../annotator/editor.js').Editor} page.editor
 * @param {{notice: (text: string) => void}} page.hints
 * @param {import('./boxwalk.js').BoxWalk} page.walk
 * @param {import('../common/types.js').Job} page.job
 * @param {() => boolean} page.open
 * @param {() => Mode} page.mode
 * @param {() => Audit|null} page.audit
 * @param {(mode: Mode) => void} page.setMode
 * @param {(verdict: Verdict, reason?: string) => void} page.decide
 * @param {() => void} page.back
 * @param {() => void} page.undo
 * @param {() => boolean} page.canUndo
 * @param {() => ReturnType<typeof import('../annotator/panels/reasons.js').createReasons>} page.reasons
 */
export function auditActions({
  editor,
  hints,
  walk,
  job,
  open,
  mode,
  audit,
  setMode,
  decide,
  back,
  undo,
  canUndo,
  reasons,
}) {
  let sureOfNone = false;
  /** The box being fixed, and all boxes as they were before.
   * @type {{id: number, before: readonly import('../common/types.js').DocBox[]}|null} */
  let fixing = null;

  const judging = () => open() && mode() === 'judging';
  const onBox = () => judging() && editor.selected !== undefined;
  const ask = (/** @type {string} */ text) => {
    hints.notice(text);
    speak(text);
  };

  /** @param {number} left boxes still undecided */
  const afterBox = (left) => {
    if (left) return;
    ask(`${walk.summary()}. Anything missing? E draws it; Enter sends.`);
  };

  const send = () => {
    if (fixing) {
      const { id, before } = fixing;
      fixing = null;
      setMode('judging');
      return afterBox(walk.fixed(id, before));
    }
    if (!editor.doc.answer().length && !sureOfNone) {
      sureOfNone = true;
      return ask('No boxes on this image. Enter again if nothing is here.');
    }
    decide('corrected');
  };

  const approve = () => {
    if (onBox()) return afterBox(walk.decide('right'));
    // Boxes taken out one by one make it a correction; the server calls an unchanged one approved.
    if (walk.changed) return send();
    decide('approved');
  };

  const correct = () => {
    const box = editor.selected;
    if (!onBox() || !box) return setMode('correcting');
    fixing = { id: box.id, before: editor.doc.boxes };
    setMode('fixing');
    editor.select(box.id);
  };

  const third = () => {
    if (onBox()) return afterBox(walk.decide('wrong'));
    if (audit()?.kind === 'certificate') return decide('unjudgeable');
    reasons().show({
      title: 'Reject. What is wrong?',
      reasons: job.reject_reasons,
      tone: 'bad',
      onChoose: (reason) => decide('rejected', reason),
    });
  };

  const takeBack = () => {
    if (fixing) {
      const { before } = fixing;
      while (editor.doc.boxes !== before && editor.doc.undo()) {
        // Until the box is as it was.
      }
      const { id } = fixing;
      fixing = null;
      setMode('judging');
      return editor.select(id);
    }
    if (mode() === 'correcting' && !audit()?.blind) return back();
    undo();
  };

  const group = 'Verdict';
  /** @type {Action[]} */
  const table = [
    {
      id: 'approve',
      group,
      label: 'Approve; on a box: it is right, next box',
      keys: ['y'],
      when: judging,
      run: approve,
    },
    {
      id: 'correct',
      group,
      label: 'Correct; on a box: fix it',
      keys: ['e'],
      when: judging,
      run: correct,
    },
    {
      id: 'reject',
      group,
      label: 'Reject with a reason, or cannot judge; on a box: no object',
      keys: ['x'],
      when: () => judging() || (open() && !fixing && audit()?.kind === 'certificate'),
      run: third,
    },
    {
      id: 'submit',
      group,
      label: 'Send the boxes as they are now',
      keys: ['Enter'],
      when: () => open() && (mode() !== 'judging' || walk.begun),
      run: send,
    },
    {
      id: 'back',
      group,
      label: 'Take back: this correction, the last box, the last verdict',
      keys: ['u'],
      when: () => (open() && mode() !== 'judging' && !audit()?.blind) || canUndo(),
      run: takeBack,
    },
    // the same key; its own row, so that the button beside the verdicts is a button of its own
    { id: 'undo-verdict', group, label: '', keys: [], shown: 'U', when: canUndo, run: undo },
    {
      id: 'grid',
      group: 'View',
      label: 'To the grid',
      keys: ['Shift+g'],
      run: () => location.assign(job.grid_url ?? '/'),
    },
  ];

  return {
    table,
    /** Another image is open. */
    reset() {
      sureOfNone = false;
      fixing = null;
    },
    /** @returns {Hint[]|null} */
    hints() {
      if (reasons().open)
        return [
          [['1', '6'], 'reason'],
          [['Esc'], 'back'],
        ];
      if (fixing)
        return [
          [['Enter'], 'done with this box'],
          [['U'], 'as it was'],
        ];
      if (!judging()) return null;
      if (onBox())
        return [
          [['Y'], 'right'],
          [['E'], 'fix'],
          [['X'], 'no object'],
          [['Tab'], 'next'],
          [['Esc'], 'whole image'],
        ];
      const certificate = audit()?.kind === 'certificate';
      return [
        [['Y'], 'approve'],
        [['E'], 'correct'],
        [['X'], certificate ? 'cannot judge' : 'reject'],
        [['Tab'], 'box by box'],
        [['U'], 'undo'],
      ];
    },
  };
}
