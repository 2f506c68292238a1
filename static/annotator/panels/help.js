/** All keys of this page, generated from the action table. */

import { el, fill, keycap } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { keyLabels } from '../commands/key-caps.js';

/** @typedef {import('../../common/types.js').Action} Action */

const COLUMNS = [
  ['Image', 'Verdict', 'Class', 'View'],
  ['Draw', 'Boxes'],
  ['Suggestions', 'Show'],
];

const DRAWING =
  'A class key names the selected box, or without one the next box. A drag inside the selected box moves it; with Shift, or after Esc, it draws. Clicks in one place go from box to box. ';

/** @param {Action} action */
const keysOf = (action) =>
  el(
    'span',
    { class: 'help-keys' },
    ...keyLabels(action).map((label) =>
      label === 'hold' ? el('span', { class: 'help-word', text: label }) : keycap(label),
    ),
  );

/** @param {string} name @param {Action[]} actions @param {string} wanted */
function group(name, actions, wanted) {
  const rows = actions.filter(
    (action) =>
      action.group === name && action.label && action.label.toLowerCase().includes(wanted),
  );
  if (!rows.length) return null;
  return el(
    'section',
    {},
    el('h3', { text: name }),
    el(
      'dl',
      {},
      ...rows.map((action) =>
        el('div', {}, el('dt', { text: action.label }), el('dd', {}, keysOf(action))),
      ),
    ),
  );
}

/** @param {HTMLDialogElement} dialog @param {Action[]} actions */
export function fillHelp(dialog, actions) {
  const find = el('input', {
    type: 'search',
    placeholder: 'Find an action',
    'aria-label': 'Find an action',
  });
  // It scrolls, so the keyboard must reach it.
  const body = el('div', {
    class: 'help-columns',
    tabindex: '0',
    'aria-label': 'All keys',
    role: 'region',
  });
  const show = () => {
    const wanted = find.value.trim().toLowerCase();
    fill(
      body,
      ...COLUMNS.map((names) =>
        el('div', {}, ...names.map((name) => group(name, actions, wanted))),
      ),
    );
  };
  find.addEventListener('input', show);
  const close = el(
    'button',
    { class: 'icon-button', 'aria-label': 'Close', on: { click: () => dialog.close() } },
    icon('cross'),
  );
  fill(
    dialog,
    el(
      'div',
      { class: 'dialog-body' },
      el(
        'header',
        { class: 'dialog-head' },
        el('h2', { text: 'Keys' }),
        el('label', { class: 'search' }, find),
        close,
      ),
      body,
      el(
        'footer',
        { class: 'dialog-foot' },
        el('span', {
          class: 'grow',
          text: `${actions.some(({ id }) => id === 'place') ? DRAWING : ''}Keys act by the character typed. Space, Tab and arrows act while the canvas has the focus; Esc twice or Ctrl F6 leaves it.`,
        }),
        el('a', { class: 'button', href: '/settings/keys', text: 'Change keys' }),
      ),
    ),
  );
  show();
}
