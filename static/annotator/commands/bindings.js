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
