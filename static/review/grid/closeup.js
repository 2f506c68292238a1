/** One picture of the grid large, its boxes named; the same keys decide it there. */

import { keyName } from '../../annotator/commands/hotkeys.js';
import { el, fill, keycap } from '../../common/dom.js';
import { classStyle, figure } from '../../common/figure.js';
import { icon } from '../../common/icons.js';
import { STAYS } from './tiles.js';

/** @typedef {import('./tiles.js').GridLabel} GridLabel */

/** Actions of the page that mean something here. */
const HERE = [
  ...['large', 'fine', 'wrong', 'reject-now', 'correct', 'compare', 'back'],
  ...['left', 'right'],
];
/** These need the page below: a menu, or another page. */
const BELOW = ['wrong', 'reject-now', 'correct', 'compare'];
/** @type {[string, string][]} */
const BUTTONS = [
  ['fine', 'Right'],
  ['wrong', 'Reject…'],
  ['correct', 'Correct'],
  ['compare', 'Compare'],
];

/**
 * @param {HTMLDialogElement} dialog
 * @param {import('../../common/api.js').LabelClass[]} classes
 * @param {{actionOf: (key: string) => import('../../common/types.js').Action|undefined,
 *   action: (id: string) => import('../../common/types.js').Action|undefined,
 *   keysOf: (id: string) => string[]}} page
 * @param {() => void} again shows the picture that is next
 */
export function createCloseup(dialog, classes, page, again) {
  const style = classStyle(classes);
  const nameOf = new Map(classes.map(({ index, name }) => [index, name]));
  /** @param {string} words @param {...string} ids */
  const hint = (words, ...ids) =>
    el('span', { class: 'hint' }, ...ids.flatMap(page.keysOf).map(keycap), words);
  /** @param {import('../../common/types.js').Action|undefined} action */
  const act = (action) => {
    if (!action) return;
    if (action.id === 'large' || BELOW.includes(action.id)) dialog.close();
    if (action.id === 'large' || !(action.when?.() ?? true)) return;
    action.run();
    if (dialog.open) again();
  };
  dialog.tabIndex = -1;
  dialog.addEventListener('keydown', (event) => {
    // Once it is closed, the same key would open it again below.
    event.stopPropagation();
    const action = page.actionOf(keyName(event));
    if (!action || !HERE.includes(action.id)) return;
    event.preventDefault();
    act(action);
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
            label.stays &&
              el('span', { class: 'chip', title: STAYS }, icon('lock'), 'correct here only'),
            el('span', { class: 'grow' }),
            hint('others', 'left', 'right'),
            ...BUTTONS.filter(([id]) => id !== 'wrong' || !label.stays).map(([id, words]) =>
              el(
                'button',
                { class: 'button button-small', on: { click: () => act(page.action(id)) } },
                words,
                el('span', { class: 'keys' }, ...page.keysOf(id).map(keycap)),
              ),
            ),
            el(
              'button',
              {
                class: 'icon-button',
                'aria-label': 'Close',
                title: `Close (${page.keysOf('large').join(' ')})`,
                on: { click: () => dialog.close() },
              },
              icon('cross'),
            ),
          ),
          figure(label.image, label.boxes, style, { large: true, alt: label.image.name }),
        ),
      );
      if (!dialog.open) dialog.showModal();
      // The button that had the focus is gone with the picture before.
      dialog.focus();
    },
  };
}
