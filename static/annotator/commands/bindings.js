/** Joins the rows of a page with what its actions do there and with the person's own keys. */

import { withOwnKeys } from '../core/keymap.js';
import { rowsOn } from './pages.js';

/** @typedef {import('../../common/types.js').Action} Action */
/** @typedef {import('../../common/types.js').Handlers} Handlers */

/** Rows that nothing stands behind are left out.
 * @param {import('./pages.js').PageId} page @param {Handlers} handlers
 * @param {import('../core/keymap.js').KeyMap} own @returns {Action[]} */
export function bindActions(page, handlers, own) {
  const rows = rowsOn(page).filter(({ id }) => handlers[id]);
  return withOwnKeys(rows, own).map(({ brief, ...row }) => ({
    ...row,
    label: brief ?? row.label,
    ...handlers[row.id],
  }));
}

/** How a binding is written on key caps: 'Ctrl+z' is Ctrl, Z. @param {{shown?: string, keys: string[]}} action */
export function keyLabels({ shown, keys }) {
  if (shown) return shown.split(' ');
  return keys.length ? capsOf(keys[0]) : [];
}

/** The person's own caps of each action, for hints and sentences.
 * @param {readonly Action[]} actions @returns {(id: string) => string[]} none for an unknown one */
export function capsIn(actions) {
  const caps = new Map(actions.map(({ id, keys }) => [id, keyLabels({ keys })]));
  return (id) => caps.get(id) ?? [];
}

/** @type {Record<string, string>} */
const SHORT = {
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Delete: 'Del',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};

/** @param {string} key such as 'Ctrl+z' or '+' */
export function capsOf(key) {
  const parts = key.endsWith('+') ? [...key.slice(0, -1).split('+'), '+'] : key.split('+');
  return parts
    .filter(Boolean)
    .map((part) => SHORT[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
