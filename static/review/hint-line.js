/** The line at the bottom of pages without a canvas: the keys that help now, or a notice. */

import { el, fill, keycap } from '../common/dom.js';

/** @typedef {[string[], string]} Hint keys and what they do */

/** @param {HTMLElement} root @param {Hint[]} first */
export function createHintLine(root, first) {
  let hints = first;
  let notice = '';
  const show = () =>
    fill(
      root,
      notice && el('strong', { class: 'hint-notice', text: notice }),
      ...(notice ? [] : hints).map(([keys, label]) =>
        el('span', { class: 'hint' }, ...keys.map(keycap), label),
      ),
    );
  show();
  return {
    /** @param {Hint[]} next */
    set(next) {
      hints = next;
      show();
    },
    /** A sentence that stays until the next action. @param {string} text */
    notice(text) {
      notice = text;
      show();
    },
  };
}
