/** What differs between the two labels: counted, and one row for each difference. */

import { el, fill } from '../../common/dom.js';
import { countKinds, KINDS, ORDER, telling } from './changes.js';

/** @typedef {import('./changes.js').Change} Change */

/** @param {import('./changes.js').Kind} kind */
const sign = (kind) =>
  el('span', {
    class: 'sign',
    style: { background: KINDS[kind].color },
    'aria-hidden': 'true',
    text: KINDS[kind].sign || '=',
  });

/** @param {HTMLElement} root @param {Change[]} changes */
export function showTally(root, changes) {
  const counts = countKinds(changes);
  fill(
    root,
    el('h2', { class: 'section-title', text: 'Left to right' }),
    ...ORDER.map((kind) =>
      el(
        'p',
        { class: 'pair' },
        el('span', {}, sign(kind), KINDS[kind].word),
        el('strong', { text: counts[kind] }),
      ),
    ),
  );
}

/** @param {HTMLElement} root @param {Change[]} all @param {number} current
 * @param {(place: number) => void} onChoose @param {(change: Change) => string} wordsOf */
export function showChanges(root, all, current, onChoose, wordsOf) {
  const changes = telling(all);
  fill(
    root,
    el('h2', { class: 'section-title', text: 'Differences' }),
    !changes.length && el('p', { class: 'empty', text: 'The two are the same.' }),
    el(
      'ul',
      { class: 'rows' },
      ...changes.map((change, place) =>
        el(
          'li',
          { class: place === current ? 'box-row is-selected' : 'box-row' },
          el(
            'button',
            {
              class: 'row',
              'aria-pressed': String(place === current),
              on: { click: () => onChoose(place) },
            },
            sign(change.kind),
            el('span', { class: 'row-name', text: KINDS[change.kind].word }),
            el('span', { class: 'row-size', text: wordsOf(change) }),
          ),
        ),
      ),
    ),
  );
}
