/** Answers to the model's boxes: accept, accept all shown, reject; from which confidence they show. */

import { area, contains } from '../core/geometry.js';
import { OWN } from './common.js';

const STEP = 0.05;

/** @param {import('./common.js').Tools} tools */
export function suggestionCommands({ editor, say, nameOf }) {
  const { view, display } = editor.state;

  /** The suggestions a key means: those chosen, else the smallest one under the pointer. */
  const meant = () => {
    const { pointer } = view;
    const chosen = editor.changeable.filter((box) => box.suggested);
    if (chosen.length > 1) return chosen;
    const under = pointer
      ? editor.shown().filter((box) => box.suggested && contains(box, pointer))
      : [];
    if (under.length) return [under.reduce((a, b) => (area(b) < area(a) ? b : a))];
    return chosen;
  };
  const open = () => editor.shown().filter((box) => box.suggested);

  /** @param {string} name @param {import('../../common/types.js').DocBox[]} boxes */
  const accept = (name, boxes) => {
    editor.doc.edit(name, () =>
      editor.doc.changeAll(
        boxes.map((box) => box.id),
        () => OWN,
      ),
    );
    say(boxes.length === 1 ? `${nameOf(boxes[0].class_id)} accepted` : `${boxes.length} accepted`);
  };

  /** @param {number} threshold 0 to 1 */
  const setConfidence = (threshold) => {
    const steps = Math.round(Math.min(0.95, Math.max(0, threshold)) / STEP);
    editor.set('display', { confidence: Number((steps * STEP).toFixed(2)), suggestions: true });
    say(`From ${display.confidence.toFixed(2)}: ${open().length} shown`);
  };

  return {
    meantSuggestion: () => meant()[0] ?? null,
    openSuggestions: open,
    accept() {
      if (meant().length) accept('Accept', meant());
    },
    acceptAll() {
      if (open().length) accept('Accept all', open());
    },
    reject() {
      const boxes = meant();
      if (!boxes.length) return;
      editor.doc.edit('Reject', () => editor.doc.remove(...boxes.map((box) => box.id)));
      say(`${nameOf(boxes[0].class_id)} rejected`);
    },
    setConfidence,
    fewer: () => setConfidence(display.confidence + STEP),
    more: () => setConfidence(display.confidence - STEP),
  };
}
