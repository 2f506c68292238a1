/** On a phone the panel is a sheet of three heights: drag its handle, or tap it. */

import { must } from '../../common/dom.js';

const HEIGHTS = ['low', 'mid', 'tall'];
const STEP_FROM = 24;

export function startSheet() {
  const panel = must('.panel');
  const handle = must('[data-sheet-handle]');
  let at = 1;
  /** @type {number|null} */
  let began = null;
  let dragged = false;

  /** @param {number} next */
  const set = (next) => {
    at = Math.min(2, Math.max(0, next));
    panel.dataset.sheet = HEIGHTS[at];
  };
  handle.addEventListener('pointerdown', (event) => {
    began = event.clientY;
    dragged = false;
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener('pointermove', (event) => {
    if (began === null || Math.abs(event.clientY - began) < STEP_FROM) return;
    set(at + (event.clientY < began ? 1 : -1));
    began = event.clientY;
    dragged = true;
  });
  handle.addEventListener('pointerup', () => {
    began = null;
  });
  handle.addEventListener('click', () => {
    if (!dragged) set(at === 2 ? 0 : at + 1);
    dragged = false;
  });
}
