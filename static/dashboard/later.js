/** What the live page cannot draw yet, and when it will: one card in place of empty frames. */

import { el, fill } from '../common/dom.js';

/** @typedef {import('./charts.js').Chart} Chart */

/** @param {HTMLElement} card hidden once everything is drawn @param {Chart[]} charts */
export function showLater(card, charts) {
  /** @type {Map<string, string[]>} what has to happen first → charts */
  const waiting = new Map();
  for (const { empty, title } of charts)
    if (empty) waiting.set(empty, [...(waiting.get(empty) ?? []), title]);
  card.hidden = waiting.size === 0;
  fill(
    card,
    el('h2', { class: 'card-title', text: 'What comes next' }),
    el(
      'dl',
      { class: 'later-list' },
      ...[...waiting].flatMap(([when, titles]) => [
        el('dt', { text: titles.join(', ') }),
        el('dd', { text: when }),
      ]),
    ),
  );
}
