/** One of the two labels: which it is, its boxes marked by what became of them, and the close-up. */

import { el, fill } from '../../common/dom.js';
import { figure } from '../../common/figure.js';
import { boxesOf, KINDS, sideWords } from './changes.js';

/** @typedef {import('./changes.js').Side} Side */
/** @typedef {import('./changes.js').Change} Change */
/** @typedef {import('../../common/api.js').Picture} Picture */

const ZOOM = 2.5;
const ALONE =
  'Nothing to compare with: the image has had this one label, and no detector has looked at it.';

/**
 * @param {HTMLElement} root
 * @param {'left'|'right'} which
 * @param {object} page
 * @param {{image: Picture, sides: Side[], changes: Change[]}|null} page.shown
 * @param {Side|undefined} page.mine
 * @param {Side|undefined} page.other what stands on the other side, and so not on this one too
 * @param {Change|undefined} page.change the one in close-up
 * @param {(id: string) => void} page.onPick
 */
export function showSide(root, which, { shown, mine, other, change: chosen, onPick }) {
  if (!shown || !mine) {
    const words = other ? ALONE : 'The image has no label yet.';
    return fill(root, el('p', { class: 'empty', text: shown ? words : 'Not loaded.' }));
  }
  const picker = el(
    'select',
    {
      'aria-label': which === 'left' ? 'Left label' : 'Right label',
      on: { change: () => onPick(picker.value) },
    },
    ...shown.sides.map((entry) =>
      el('option', {
        value: entry.id,
        text: entry === other ? `${sideWords(entry)} (on the other side)` : sideWords(entry),
        disabled: entry === other,
      }),
    ),
  );
  picker.value = mine.id;
  const body = figure(
    shown.image,
    mine.boxes,
    (_, place) => {
      const change = shown.changes.find((entry) => entry[which] === place);
      const { sign, color, dash, width } = KINDS[change?.kind ?? 'same'];
      const faint = chosen && change !== chosen;
      // The close-up magnifies lines too.
      const line = (faint ? 1 : width) / (chosen ? ZOOM : 1);
      return { color, dash, width: line, text: faint ? '' : sign };
    },
    { large: true, alt: `${sideWords(mine)}: ${mine.boxes.length} boxes` },
  );
  fill(root, picker, el('div', { class: 'side-view' }, body));
}

/** Shows the same part of the image on both sides.
 * @param {HTMLElement} surface @param {Picture|null} image @param {Change|undefined} change
 * @param {Side|undefined} left @param {Side|undefined} right */
export function closeUp(surface, image, change, left, right) {
  if (!image || !change || !left || !right) return;
  const boxes = boxesOf(change, left, right);
  /** @param {'x'|'y'} axis */
  const middle = (axis) =>
    boxes.reduce((sum, box) => sum + (box[`${axis}1`] + box[`${axis}2`]) / 2, 0) / boxes.length;
  for (const body of surface.querySelectorAll('.figure')) {
    if (!(body instanceof HTMLElement)) continue;
    const frame = body.getBoundingClientRect();
    const scale = Math.min(frame.width / image.width, frame.height / image.height);
    const x = (frame.width - image.width * scale) / 2 + middle('x') * scale;
    const y = (frame.height - image.height * scale) / 2 + middle('y') * scale;
    body.style.setProperty('transform-origin', '0 0');
    body.style.setProperty(
      'transform',
      `translate(${frame.width / 2 - x * ZOOM}px, ${frame.height / 2 - y * ZOOM}px) scale(${ZOOM})`,
    );
  }
}
