/** The last thing that was stored, and the button that takes it back, near the eye for some seconds. */

import { el, fill, keycap } from '../common/dom.js';
import { icon } from '../common/icons.js';

const SECONDS = 10;

/** @typedef {ReturnType<typeof createUndoBar>} UndoBar */

/** @param {HTMLElement} stage what it stands over @param {() => string[]} keys of taking back */
export function createUndoBar(stage, keys) {
  const root = el('div', { class: 'undo-bar', 'data-undo-bar': true, hidden: true });
  stage.append(root);
  let timer = 0;
  /** @type {() => void} */
  let act = () => {};
  const hide = () => {
    clearInterval(timer);
    root.hidden = true;
  };

  const run = () => {
    hide();
    act();
  };

  return {
    hide,
    /** What its button does. */
    run,
    get shown() {
      return !root.hidden;
    },
    /** @param {string} text @param {() => void} undo
     * @param {number} [limit] seconds after which it can no longer be taken back; told while they run */
    show(text, undo, limit) {
      hide();
      act = undo;
      let left = limit ?? SECONDS;
      const rest = limit ? el('span', { class: 'undo-rest', text: `${left} s` }) : null;
      const button = el(
        'button',
        {
          class: 'button button-small',
          on: {
            click: run,
            // A press must not take the focus from where the keys act.
            mousedown: (/** @type {MouseEvent} */ event) => event.preventDefault(),
          },
        },
        icon('undo'),
        'Undo',
        el('span', { class: 'keys' }, ...keys().map(keycap)),
        rest,
      );
      fill(root, el('span', { class: 'undo-text', text }), button);
      root.hidden = false;
      timer = setInterval(() => {
        left -= 1;
        if (left <= 0) hide();
        else if (rest) rest.textContent = `${left} s`;
      }, 1_000);
    },
  };
}
