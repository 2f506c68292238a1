/** For some seconds after an image was sent or skipped: what happened, and the way back. */

import { el, fill, keycap } from '../../common/dom.js';
import { plural } from '../../common/words.js';

const OFFERED_MS = 6_000;

/**
 * @param {import('../app.js').App<any>} app
 * @param {HTMLElement} root empty and hidden
 * @param {() => void} undo
 * @param {() => string[]} caps the person's key of it
 */
export function createSentOffer(app, root, undo, caps) {
  let timer = 0;
  const hide = () => {
    clearTimeout(timer);
    root.hidden = true;
  };
  const wait = () => {
    clearTimeout(timer);
    timer = window.setTimeout(hide, OFFERED_MS);
  };
  // Who reaches for the button has the time to press it.
  root.addEventListener('pointerenter', () => clearTimeout(timer));
  root.addEventListener('pointerleave', () => !root.hidden && wait());

  /** @param {string} text */
  const show = (text) => {
    fill(
      root,
      el('span', { class: 'grow', text }),
      el(
        'button',
        { class: 'link-button', on: { click: undo } },
        'Undo',
        el('span', { class: 'keys' }, ...caps().map(keycap)),
      ),
    );
    root.hidden = false;
    wait();
  };
  app.on('submitted', ({ boxes }) =>
    show(boxes ? `Submitted with ${plural(boxes, 'box', 'boxes')}.` : 'Submitted without boxes.'),
  );
  app.on('skipped', () => show('Skipped.'));

  return {
    get open() {
      return !root.hidden;
    },
  };
}
