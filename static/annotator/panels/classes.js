/** The class list: what the next box will be, and how many of each there are. */

import { el, fill, keycap } from '../../common/dom.js';

/** @param {string} color @param {boolean} [open] dashed, for a suggestion */
export function swatch(color, open = false) {
  const style = open ? { 'border-color': color } : { background: color, 'border-color': color };
  return el('span', {
    class: open ? 'swatch swatch-open' : 'swatch',
    style,
    'aria-hidden': 'true',
  });
}

/** @param {HTMLElement} root @param {import('../editor.js').Editor} editor
 * @param {import('../commands.js').Commands} commands */
export function startClasses(root, editor, commands) {
  const list = el('ul', { class: 'rows' });
  fill(root, el('h2', { class: 'section-title', text: 'Class' }), list);

  editor.onChange(() => {
    fill(
      list,
      ...editor.classes.map((entry) => {
        const count = editor.doc.boxes.filter(
          (box) => !box.suggested && box.class_id === entry.index,
        ).length;
        const active = entry.index === editor.state.classId;
        const row = el(
          'button',
          {
            type: 'button',
            class: 'row',
            'aria-pressed': String(active),
            title: entry.note || null,
            disabled: !editor.state.editable,
            on: { click: () => commands.setClass(entry.index) },
          },
          swatch(entry.color),
          el('span', { class: 'row-name', text: entry.name }),
          el('span', { class: 'row-count', text: count || '' }),
          el(
            'span',
            { class: 'row-end' },
            active && el('span', { class: 'row-state', text: 'drawing with' }),
            entry.hotkey && keycap(entry.hotkey.toUpperCase()),
          ),
        );
        return el('li', {}, row);
      }),
    );
  });
}
