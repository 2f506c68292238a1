/** Type-ahead for classes: letters or digits narrow the list, Enter takes the first. */

import { el, fill, keycap, must } from '../../common/dom.js';
import { findClasses, meantByNumber } from '../core/class-search.js';
import { swatch } from './classes.js';
import { createDialog } from './dialog.js';

const MOST = 9;
/** Within this time an Enter still belongs to the number typed before it. */
const LATE_MS = 600;

/** @param {import('../editor.js').Editor} editor @param {import('../commands/index.js').Commands} commands
 * @param {HTMLElement} surface */
export function createFinder(editor, commands, surface) {
  const dialog = createDialog('[data-finder]', surface);
  let at = 0;
  const list = el('ul', {
    class: 'rows',
    id: 'finder-list',
    role: 'listbox',
    'aria-label': 'Classes',
  });
  const field = el('input', {
    type: 'search',
    role: 'combobox',
    placeholder: 'Class name or number',
    'aria-label': 'Class name or number',
    'aria-controls': 'finder-list',
    'aria-expanded': 'true',
    autocomplete: 'off',
  });
  fill(
    must('[data-finder-body]', dialog),
    el('label', { class: 'search' }, field),
    list,
    el('p', { class: 'section-help' }, keycap('Enter'), ' takes it, ', keycap('↓'), ' goes on'),
  );

  /** @param {number} index */
  const take = (index) => {
    dialog.close();
    commands.setClass(index);
  };
  const found = () => findClasses(editor.classes, field.value).slice(0, MOST);

  const show = () => {
    const rows = found();
    at = Math.min(at, Math.max(0, rows.length - 1));
    fill(
      list,
      ...rows.map(({ entry, number }, place) =>
        el(
          'li',
          {
            class: 'row',
            id: `finder-${place}`,
            role: 'option',
            'aria-selected': String(place === at),
            on: { click: () => take(entry.index) },
          },
          swatch(entry.color),
          el('span', { class: 'row-name', text: entry.name }),
          el('span', { class: 'row-end' }, keycap(number)),
        ),
      ),
      !rows.length && el('li', { class: 'empty', text: 'No matching class.' }),
    );
    if (rows.length) field.setAttribute('aria-activedescendant', `finder-${at}`);
    else field.removeAttribute('aria-activedescendant');
  };

  field.addEventListener('input', () => {
    at = 0;
    const meant = meantByNumber(editor.classes, field.value.trim());
    if (!meant) return show();
    take(meant.index);
    swallowEnter();
  });
  field.addEventListener('keydown', (event) => {
    const rows = found();
    if (event.key === 'Enter' && rows[at]) {
      event.preventDefault();
      take(rows[at].entry.index);
    } else if (event.key === 'Escape') {
      // A search field would only empty itself.
      event.preventDefault();
      event.stopPropagation();
      dialog.close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      at = (at + (event.key === 'ArrowDown' ? 1 : -1) + rows.length) % Math.max(1, rows.length);
      show();
    }
  });

  return {
    showModal() {
      field.value = '';
      at = 0;
      show();
      dialog.showModal();
      field.focus();
    },
  };
}

/** The number closed the finder by itself; the Enter after it must not send the image. */
function swallowEnter() {
  /** @param {KeyboardEvent} event */
  const listen = (event) => {
    stop();
    if (event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
  };
  const stop = () => document.removeEventListener('keydown', listen, true);
  document.addEventListener('keydown', listen, true);
  setTimeout(stop, LATE_MS);
}
