/** What is said where the eye is: beside the pointer the class of the next box, and what just happened. */

import { el, fill } from '../../common/dom.js';
import { numberOf } from '../core/class-search.js';
import { swatch } from './classes.js';

const SHOWN_MS = 3_500;
const AIR = 6;

/** @typedef {ReturnType<typeof createPointerLabel>} PointerLabel */

/** Speech is elsewhere: this is for those who see. @param {HTMLElement} surface
 * @param {import('../editor.js').Editor} editor */
export function createPointerLabel(surface, editor) {
  const { viewport } = editor;
  const { selection, view, drawing, display } = editor.state;
  const chip = el('span', { class: 'beside beside-class', hidden: true, 'aria-hidden': 'true' });
  const said = el('span', { class: 'beside beside-said', hidden: true, 'aria-hidden': 'true' });
  surface.append(chip, said);
  let timer = 0;
  let asked = false;
  let named = '';
  /** The box the words are about, where there is one. @type {number|null} */
  let about = null;

  /** A press here would begin a box. */
  const beginsBox = () => {
    const { pointer } = view;
    if (!pointer || view.finger || drawing.tool !== 'draw' || !drawing.editable) return false;
    if (drawing.draftShape || drawing.grabbed || display.spot !== null || editor.doc.busy)
      return false;
    const hit = editor.hit(pointer);
    return !hit || (hit.kind === 'box' && hit.box.id !== selection.selectedId && !hit.onEdge);
  };

  const name = () => {
    const place = editor.classes.findIndex((entry) => entry.index === drawing.classId);
    const entry = editor.classes[place];
    const key = entry ? `${numberOf(entry, place)} ${entry.name}` : '';
    if (key === named) return;
    named = key;
    fill(chip, entry && swatch(entry.color), key);
  };

  /** @param {HTMLElement} node @param {import('../../common/types.js').Point} at */
  const put = (node, { x, y }) => {
    const { width, height } = viewport.view;
    const left = Math.max(AIR, Math.min(x, width - node.offsetWidth - AIR));
    const top = Math.max(AIR, Math.min(y, height - node.offsetHeight - AIR));
    node.style.setProperty('transform', `translate(${Math.round(left)}px, ${Math.round(top)}px)`);
  };

  /** The words stand at the box they are about, else at the pointer, else at the top. */
  const wordsAt = () => {
    const box = editor.doc.find(about);
    if (box) {
      const at = viewport.toScreen({ x: box.x1, y: box.y2 });
      return { x: at.x, y: at.y + 30 };
    }
    if (!view.pointer) return { x: viewport.view.width / 2 - said.offsetWidth / 2, y: 12 };
    const { x, y } = viewport.toScreen(view.pointer);
    return { x: x + 16, y: y + 42 };
  };

  const place = () => {
    asked = false;
    chip.hidden = !beginsBox();
    if (!chip.hidden && view.pointer) {
      name();
      const { x, y } = viewport.toScreen(view.pointer);
      put(chip, { x: x + 16, y: y + 16 });
    }
    if (!said.hidden) put(said, wordsAt());
  };
  const placeSoon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(place);
  };
  editor.onPaint(placeSoon);

  const clear = () => {
    clearTimeout(timer);
    said.hidden = true;
    about = null;
    placeSoon();
  };

  return {
    /** @param {string} text '' takes away what was said @param {number|null} [box] it is about */
    say(text, box = null) {
      clear();
      if (!text) return;
      said.textContent = text;
      said.hidden = false;
      about = box;
      timer = window.setTimeout(clear, SHOWN_MS);
    },
  };
}
