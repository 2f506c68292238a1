/** A card with a small table, its first column the heads of the rows. */

import { el, fill } from '../common/dom.js';

/** @typedef {import('../common/dom.js').Child} Child */
/** @typedef {{text: string, number?: boolean, href?: string}} Cell `href`: a file to download */

/** @param {Cell} cell */
const cell = ({ text, number, href }) =>
  el('td', { class: number && 'number' }, href ? el('a', { href, download: true, text }) : text);

/** @param {HTMLElement} card
 * @param {{title: string, side: string, head: string[], rows: {name: string, cells: Cell[]}[],
 *   note: string}} parts */
export function showTable(card, { title, side, head, rows, note }) {
  card.hidden = rows.length === 0;
  if (!rows.length) return;
  fill(
    card,
    el(
      'div',
      { class: 'card-head' },
      el('h2', { class: 'card-title', text: title }),
      el('span', { class: 'card-side', text: side }),
    ),
    el(
      'div',
      { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': title },
      el(
        'table',
        { class: 'rules' },
        el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col', text })))),
        el(
          'tbody',
          {},
          ...rows.map(({ name, cells }) =>
            el('tr', {}, el('th', { scope: 'row', text: name }), ...cells.map(cell)),
          ),
        ),
      ),
    ),
    el('p', { class: 'card-note', text: note }),
  );
}
