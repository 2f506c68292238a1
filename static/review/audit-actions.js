/** What a reviewer can decide, by the ids of its rows in the action table: for the box in close-up,
 * else the image. */

import { speak } from '../common/speak.js';
import { reveal } from './overlooked.js';

/** @typedef {import('../common/api.js').Audit} Audit */
/** @typedef {import('../annotator/panels/hints.js').Hint} Hint */
/** @typedef {'approved'|'corrected'|'rejected'|'unjudgeable'} Verdict */
/** @typedef {'judging'|'correcting'|'fixing'|'sent'|'revealing'} Mode one box is fixed, the whole label
 * is corrected or drawn; a drawing is at the server or on its way, then boxes are revealed */

/**
 * @param {object} page
 * @param {import('../annotator/editor.js').Editor} page.editor
 * @param {{notice: (text: string) => void, keys: (id: string) => string[],
 *   words: (id: string) => string,
 *   press: (id: string, button: string) => string}} page.hints
 * @param {import('./boxwalk.js').BoxWalk} page.walk
 * @param {import('../common/api.js').Job} page.job
 * @param {() => boolean} page.open
 * @param {() => Mode} page.mode
 * @param {() => Audit|null} page.audit
 * @param {(mode: Mode) => void} page.setMode
 * @param {(audit: Audit, boxes: import('../common/api.js').Box[]) => void} page.sendDrawing
 * @param {(verdict: Verdict, reason?: import('../common/api.js').RejectChoice) => void} page.decide
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
  sendDrawing,
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

  const revealing = () => open() && mode() === 'revealing';
  const judging = () => open() && (mode() === 'judging' || mode() === 'revealing');
  const onBox = () => judging() && editor.selected !== undefined;
  const ask = (/** @type {string} */ text) => {
    hints.notice(text);
    speak(text);
  };

  /** @param {number} left boxes still undecided */
  const afterBox = (left) => {
    if (left) return;
    if (revealing()) return decide('corrected');
    ask(
      `${walk.summary()}. Anything missing? ${hints.words('correct')} draws it; ${hints.words('submit')} sends.`,
    );
  };

  /** What was drawn stays as it is from here on. @param {import('../common/api.js').Box[]} boxes */
  const compare = (boxes) => {
    setMode('revealing');
    const left = reveal(editor, walk, boxes);
    ask(
      `${left === 1 ? 'One more box' : `${left} more boxes`}. Did you overlook an object there? Some boxes are wrong on purpose.`,
    );
  };

  /** The drawing is stored: its check goes on. */
  const goOn = () => {
    const boxes = audit()?.revealed ?? [];
    if (boxes.length) return compare(boxes);
    decide('corrected');
  };

  const sendDrawn = () => {
    const open = audit();
    if (!open) return;
    if (open.drawn) return goOn();
    setMode('sent');
    sendDrawing(open, editor.doc.answer());
  };

  const send = () => {
    if (revealing()) return void walk.next();
    if (mode() === 'sent') return sendDrawn();
    if (fixing) {
      const { id, before } = fixing;
      fixing = null;
      setMode('judging');
      return afterBox(walk.fixed(id, before));
    }
    if (!editor.doc.answer().length && !sureOfNone) {
      sureOfNone = true;
      return ask(
        `No boxes on this image. ${hints.press('submit', 'the button')} again if nothing is here.`,
      );
    }
    if (audit()?.blind) return sendDrawn();
    decide('corrected');
  };

  const approve = () => {
    if (revealing() && !onBox()) return void walk.next();
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
    if (revealing() && !onBox()) return void walk.next();
    if (onBox()) return afterBox(walk.decide('wrong'));
    if (audit()?.kind === 'certificate')
      return ask(`An audit has no Reject. ${hints.words('cannot-judge')}: cannot judge.`);
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
    if (revealing()) return void walk.undo();
    undo();
  };

  /** @type {import('../common/types.js').Handlers} */
  const handlers = {
    approve: { when: judging, run: approve },
    correct: { when: () => judging() && !revealing(), run: correct },
    wrong: { when: judging, run: third },
    'cannot-judge': {
      when: () => open() && !fixing && !onBox() && !revealing() && audit()?.kind === 'certificate',
      run: () => decide('unjudgeable'),
    },
    submit: { when: () => open() && (mode() !== 'judging' || walk.begun), run: send },
    back: {
      when: () =>
        revealing() ? walk.begun : (open() && mode() !== 'judging' && !audit()?.blind) || canUndo(),
      run: takeBack,
    },
    grid: { run: () => location.assign(job.grid_url ?? '/') },
  };

  return {
    handlers,
    /** A draft is on screen: boxes that were being revealed are still to be decided. */
    resume() {
      if (audit()?.drawn) compare([]);
      else setMode('correcting');
    },
    goOn,
    /** The drawing is stored: what it revealed is asked about, or it waits to be sent on. */
    takeUp() {
      if (audit()?.revealed?.length) return goOn();
      ask(
        `Your drawing is stored, and the label has no other box. ${hints.words('submit')} sends it.`,
      );
    },
    /** Another image is open. */
    reset() {
      sureOfNone = false;
      fixing = null;
    },
    /** @returns {Hint[]|null} */
    hints() {
      /** @param {string} id @param {string} words @returns {Hint} */
      const hint = (id, words) => [hints.keys(id), words];
      if (reasons().open)
        return [
          [['1', '6'], 'reason'],
          [['Esc'], 'back'],
        ];
      if (fixing) return [hint('submit', 'done with this box'), hint('back', 'as it was')];
      if (!judging()) return null;
      if (revealing())
        return [
          hint('approve', 'yes, overlooked'),
          hint('wrong', 'reject, nothing new'),
          hint('back', 'the one before'),
        ];
      if (onBox())
        return [
          hint('approve', 'right'),
          hint('correct', 'fix'),
          hint('wrong', 'no object'),
          hint('next', 'next'),
          hint('cancel', 'whole image'),
        ];
      const certificate = audit()?.kind === 'certificate';
      return [
        hint('approve', 'approve'),
        hint('correct', 'correct'),
        certificate ? hint('cannot-judge', 'cannot judge') : hint('wrong', 'reject'),
        hint('next', 'box by box'),
        hint('back', 'undo'),
      ];
    },
  };
}
