/** Verify: one proposed box at a time, accepted, fixed or rejected by one key; then "anything missing?". */

import { speak } from '../../common/speak.js';
import { OWN } from '../commands/common.js';
import { createVerdicts } from '../core/verify.js';
import { createVerifyPanel } from '../panels/verify.js';
import { createFlight } from '../view/flight.js';

/** @typedef {import('../../common/types.js').Handlers} Handlers */
/** @typedef {import('../core/verify.js').Verdict} Verdict */

/** @param {{editor: import('../editor.js').Editor, commands: import('../commands/index.js').Commands,
 *   hints: ReturnType<typeof import('../panels/hints.js').startHints>}} workspace */
export function createVerify({ editor, commands, hints }) {
  const { viewport } = editor;
  const { drawing, display } = editor.state;
  const fly = createFlight(editor);
  const panel = createVerifyPanel(editor);
  /** @type {ReturnType<typeof createVerdicts>|null} */
  let verdicts = null;
  /** Boxes that came as the person's own and go back to that when the mode ends early. */
  let lent = new Set();
  let fixing = false;

  const spot = () => editor.doc.find(display.spot);
  const asking = () => verdicts !== null && spot() !== undefined;

  const show = () => {
    const box = spot();
    const reach = box ? viewport.toScreen({ x: box.x2, y: box.y2 }).y : 0;
    panel.show(verdicts, display.spot, fixing, reach > viewport.view.height - 110);
  };

  const goOn = () => {
    fixing = false;
    const next = verdicts?.next() ?? null;
    editor.choose([]);
    editor.set('display', { spot: next?.id ?? null });
    if (next) fly(() => viewport.zoomToBox(next));
    else {
      fly(() => viewport.fit());
      editor.set('drawing', { tool: 'draw' });
      speak(`Anything missing? Draw it, or ${hints.words('submit')} for no.`);
    }
    show();
  };

  /** @param {Verdict} verdict @param {() => void} act */
  const decide = (verdict, act) => {
    const box = spot();
    if (!box || !verdicts) return;
    verdicts.give(box.id, verdict, editor.doc.depth);
    act();
    speak(`${commands.nameOf(box.class_id)} ${verdict}`);
    goOn();
  };

  const accept = () => {
    const { id } = /** @type {import('../../common/types.js').DocBox} */ (spot());
    decide('accepted', () => editor.doc.edit('Accept', () => editor.doc.change(id, OWN)));
  };
  const reject = () => {
    const { id } = /** @type {import('../../common/types.js').DocBox} */ (spot());
    decide('rejected', () => editor.doc.edit('Reject', () => editor.doc.remove(id)));
  };
  const fix = () => {
    fixing = true;
    const { id } = /** @type {import('../../common/types.js').DocBox} */ (spot());
    verdicts?.give(id, 'fixed', editor.doc.depth);
    editor.set('drawing', { tool: 'select' });
    editor.select(id);
    speak(`Fix it, then ${hints.words('submit')}`);
    show();
  };
  const fixed = () => {
    const box = spot();
    // Nothing changed after all: then it is right as it is.
    if (box?.suggested) editor.doc.edit('Accept', () => editor.doc.change(box.id, OWN));
    goOn();
  };
  const undo = () => {
    const last = verdicts?.takeBack();
    if (!last) return;
    while (editor.doc.depth > last.depth && editor.doc.undo()) {
      // A fix may have been several steps.
    }
    speak('Undone');
    goOn();
  };

  /** @param {boolean} asked by the job: then an image without proposals still has its second step */
  const begin = (asked) => {
    const own = editor.doc.boxes.filter((box) => box.source != null && !box.suggested);
    const open = editor.doc.boxes.filter((box) => box.suggested);
    // On an image that came prelabelled the boxes are the person's own until asked about.
    if (!open.length && own.length) {
      lent = new Set(own.map((box) => box.id));
      editor.doc.edit('Check', () => editor.doc.changeAll([...lent], () => ({ suggested: true })));
    }
    const proposed = editor.doc.boxes.filter(
      (box) => box.suggested && (box.score ?? 1) >= display.confidence,
    );
    if (!proposed.length && !asked) return hints.notice('There is no proposed box on this image.');
    verdicts = createVerdicts(proposed);
    goOn();
  };
  const end = () => {
    if (!verdicts) return;
    verdicts = null;
    const left = [...lent].filter((id) => editor.doc.find(id)?.suggested);
    if (left.length) editor.doc.edit('Check', () => editor.doc.changeAll(left, () => OWN));
    lent = new Set();
    editor.set('display', { spot: null });
    fly(() => viewport.fit());
    show();
  };

  editor.onChange(() => {
    if (verdicts) show();
  });

  const own = {
    verify: { when: () => drawing.editable, run: () => (verdicts ? end() : begin(false)) },
    'undo-verdict': { when: () => (verdicts?.count ?? 0) > 0, run: undo },
  };

  return {
    handlers: own,
    /** A new image: nothing of the one before holds. @param {boolean} wanted */
    open(wanted) {
      verdicts = null;
      lent = new Set();
      fixing = false;
      if (display.spot !== null) editor.set('display', { spot: null });
      if (wanted) begin(true);
      show();
    },
    /** The table's actions as they are while boxes are checked. @param {Handlers} handlers
     * @returns {Handlers} */
    wrap(handlers) {
      const when = () => asking() && !fixing;
      /** @param {string} id @param {() => void} run @param {() => boolean} [may] */
      const instead = (id, run, may = when) => ({
        ...handlers[id],
        when: () => (asking() ? may() : (handlers[id]?.when?.() ?? true)),
        run: () => (asking() ? run() : handlers[id]?.run()),
      });
      /** @type {Handlers} */
      const wrapped = {
        accept: instead('accept', accept),
        reject: instead('reject', reject),
        grab: instead('grab', () => (fixing ? commands.grab() : fix()), asking),
        submit: instead('submit', fixed, () => fixing),
        nothing: instead(
          'nothing',
          () => {},
          () => false,
        ),
        'accept-all': instead(
          'accept-all',
          () => {},
          () => false,
        ),
      };
      for (const id of Object.keys(handlers).filter((name) => /^class-\d$/.test(name))) {
        const entry = editor.classes.find(({ hotkey }) => `class-${hotkey}` === id);
        wrapped[id] = instead(id, () => {
          const index = entry?.index ?? drawing.classId;
          const box = spot();
          if (fixing || !box) return handlers[id].run();
          decide('fixed', () =>
            editor.doc.edit('Class', () => editor.doc.change(box.id, { class_id: index, ...OWN })),
          );
        });
      }
      return { ...handlers, ...wrapped, ...own };
    },
  };
}
