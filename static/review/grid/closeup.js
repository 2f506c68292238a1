/** One picture of the grid large, its boxes named; the same keys decide it there. */

import { el, fill, keycap } from '../../common/dom.js';
import { classLook, figure } from '../../common/figure.js';
import { icon } from '../../common/icons.js';

/** @typedef {import('./tiles.js').GridLabel} GridLabel */

/**
 * @param {HTMLDialogElement} dialog
 * @param {import('../../common/types.js').LabelClass[]} classes
 * @param {(key: string) => boolean} onKey whether the key meant something
 */
export function createCloseup(dialog, classes, onKey) {
  const look = classLook(classes);
  const nameOf = new Map(classes.map(({ index, name }) => [index, name]));
  dialog.tabIndex = -1;
  dialog.addEventListener('keydown', (event) => {
    // Once it is closed, the same key would open it again below.
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === 'q') dialog.close();
    else if (!onKey(event.key)) return;
    event.preventDefault();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });

  return {
    get open() {
      return dialog.open;
    },
    close: () => dialog.close(),
    /** @param {GridLabel} label @param {string} verdict in words, empty where there is none */
    show(label, verdict) {
      const counts = new Map();
      for (const { class_id } of label.boxes) {
        const name = nameOf.get(class_id) ?? 'unknown class';
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      const list = [...counts].map(([name, n]) => `${n} ${name}`).join(', ') || 'no boxes';
      fill(
        dialog,
        el(
          'div',
          { class: 'closeup-body' },
          el(
            'header',
            { class: 'closeup-head' },
            el('h2', { text: label.image.name }),
            el('span', { class: 'section-help', text: list }),
            verdict && el('span', { class: 'chip', text: verdict }),
            el('span', { class: 'grow' }),
            el('span', { class: 'hint' }, keycap('Y'), 'right'),
            el('span', { class: 'hint' }, keycap('X'), 'reject'),
            el('span', { class: 'hint' }, keycap('←'), keycap('→'), 'others'),
            el(
              'button',
              {
                type: 'button',
                class: 'icon-button',
                'aria-label': 'Close',
                title: 'Close (Q)',
                on: { click: () => dialog.close() },
              },
              icon('cross'),
            ),
          ),
          figure(label.image, label.boxes, look, { large: true, alt: label.image.name }),
        ),
      );
      if (!dialog.open) dialog.showModal();
      // The button that had the focus is gone with the picture before.
      dialog.focus();
    },
  };
}
