/** Joins the table with what its actions do on this page and with the person's own keys. */

import { withOwnKeys } from '../core/keymap.js';
import { TABLE } from './table.js';

/** @typedef {import('../../common/types.js').Action} Action */
/** @typedef {{run: () => void, when?: () => boolean, release?: () => void, label?: string}} Doing */
/** @typedef {Record<string, Doing>} Doings by the action's name */

/** Rows that nothing stands behind on this page are left out; what only this page has comes first,
 * so that no change of a common key can take a verdict's key away.
 * @param {Doings} doings @param {Action[]} pageActions @param {import('../core/keymap.js').KeyMap} own
 * @returns {Action[]} */
export function bindActions(doings, pageActions, own) {
  const first = withOwnKeys(pageActions, own);
  const taken = new Set(first.flatMap((action) => action.keys));
  const ids = new Set(first.map((action) => action.id));
  const rows = TABLE.filter(({ id }) => doings[id] && !ids.has(id)).map(({ brief, ...row }) => ({
    ...row,
    label: brief ?? row.label,
    ...doings[row.id],
  }));
  const free = withOwnKeys(rows, own).map((row) => {
    const keys = row.keys.filter((key) => !taken.has(key));
    return keys.length === row.keys.length ? row : { ...row, keys, shown: undefined };
  });
  return [...first, ...free];
}

/** How a binding is written on key caps: 'Ctrl+z' is Ctrl, Z. @param {{shown?: string, keys: string[]}} action */
export function keyLabels({ shown, keys }) {
  if (shown) return shown.split(' ');
  return keys.length ? capsOf(keys[0]) : [];
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
