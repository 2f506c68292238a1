/** The rows of the page of own keys: an action, its key, and what stands in the way of a new one. */

import { capsOf } from '../annotator/commands/key-caps.js';
import { FIXED } from '../annotator/core/keymap.js';
import { el, keycap } from '../common/dom.js';
import { icon } from '../common/icons.js';

/** @typedef {import('./draft.js').Row} Row */
/** @typedef {{name: string, wrong: string, key: string}} Asking the row that waits for a key, and why
 * the last one was refused */

/** @param {import('./draft.js').Draft} draft @param {object} page
 * @param {() => Asking} page.asking @param {(name: string) => void} page.ask @param {() => void} page.stop */
export function createRows(draft, { asking, ask, stop }) {
  /** @param {string} text @param {() => void} click */
  const small = (text, click) =>
    el('button', { class: 'button button-small', text, on: { click } });

  /** @param {Row} row */
  const clash = (row) => {
    const { key, wrong } = asking();
    const swap = draft.swap(row, key);
    const swapAndStop = () => {
      swap?.();
      stop();
    };
    return el(
      'div',
      { class: 'clash', role: 'alert' },
      icon('warn'),
      el('p', {}, ...capsOf(key).map(keycap), ` ${wrong}`),
      swap && small('Swap keys', swapAndStop),
      small('Cancel', stop),
    );
  };

  /** @param {Row} row */
  const rowOf = (row) => {
    const waits = asking().name === row.name;
    const wrong = waits && asking().wrong;
    const fixed = row.keys.some((key) => FIXED.includes(key));
    const caps = row.keys.length ? capsOf(row.keys[0]).map(keycap) : [el('i', { text: 'no key' })];
    const button = el(
      'button',
      {
        class: waits ? 'key-button is-waiting' : 'key-button',
        'data-key': row.name,
        disabled: fixed,
        'aria-label': waits
          ? `${row.label}: press the new key, Esc keeps the old one`
          : `${row.label}: ${row.keys.join(' or ') || 'no key'}. Change`,
        title: fixed ? 'This key is reserved.' : null,
        on: { click: () => ask(row.name) },
      },
      ...(waits && !wrong ? [el('i', { text: 'press a key' })] : caps),
    );
    const changed = row.name in draft.own;
    return el(
      'li',
      { class: changed ? 'key-row is-changed' : 'key-row' },
      el('span', { class: 'key-label', text: row.label }),
      changed && el('span', { class: 'key-changed', text: 'yours' }),
      button,
      wrong && clash(row),
    );
  };

  /** @param {string} title @param {Row[]} rows */
  return (title, rows) =>
    el(
      'section',
      { class: 'card key-group' },
      el('h2', { text: title }),
      el('ul', {}, ...rows.map(rowOf)),
    );
}
