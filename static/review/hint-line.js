/** The line at the bottom of pages without a canvas: the keys that help now, or a notice. */

import { capsIn } from '../annotator/commands/key-caps.js';
import { el, fill, keycap } from '../common/dom.js';

/** @typedef {[string, string]} Hint ids of actions, with blanks, and what they do */

/** @param {HTMLElement} root @param {Hint[]} wanted */
export function createHintLine(root, wanted) {
  /** @type {[string[], string][]} */
  let hints = [];
  let notice = '';
  const show = () =>
    fill(
      root,
      notice && el('strong', { class: 'hint-notice', text: notice }),
      ...(notice ? [] : hints).map(([keys, label]) =>
        el('span', { class: 'hint' }, ...keys.map(keycap), label),
      ),
    );
  return {
    /** @param {readonly import('../common/types.js').Action[]} actions with the person's keys */
    know(actions) {
      const caps = capsIn(actions);
      hints = wanted.map(([ids, label]) => [ids.split(' ').flatMap(caps), label]);
      show();
    },
    /** A sentence that stays until the next action. @param {string} text */
    notice(text) {
      notice = text;
      show();
    },
  };
}
