/** A number of the live page that shows when it has just changed. */

import { el } from '../common/dom.js';

/** What was shown before, so that a change can be marked. @type {Map<string, string>} */
const before = new Map();

/** A number with its meaning; underlined for two seconds after it changed.
 * @param {string} id @param {string} value */
export function value(id, value) {
  const node = el('strong', { class: 'number', text: value });
  const old = before.get(id);
  before.set(id, value);
  if (old !== undefined && old !== value) {
    node.classList.add('is-new');
    setTimeout(() => node.classList.remove('is-new'), 2_000);
  }
  return node;
}
