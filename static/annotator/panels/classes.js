/** The class list: what the next box will be, and how many of each there are. */

import { el, fill, sectionHead } from '../../common/dom.js';
import { icon } from '../../common/icons.js';

/** From so many on, the list alone is no way to find one. */
const MANY = 10;

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
 * @param {import('../commands/index.js').Commands} commands */
export function startClasses(root, editor, commands) {
  const finding = el(
    'button',
    { class: 'link-button', 'data-action': 'find-class' },
    'find',
    el('span', { class: 'keys', 'data-keys': true }),
  );
  const rows = editor.classes.map((entry) => {
    const count = el('span', { class: 'row-count' });
    const state = el('span', { class: 'row-state' });
    const button = el(
      'button',
      {
        class: 'row',
        title: entry.note || null,
        'data-action': entry.hotkey ? `class-${entry.hotkey}` : null,
        on: entry.hotkey ? {} : { click: () => commands.setClass(entry.index) },
      },
      swatch(entry.color),
      el('span', { class: 'row-name', text: entry.name }),
      count,
      el('span', { class: 'row-end' }, state, el('span', { class: 'keys', 'data-keys': true })),
    );
    return { entry, button, count, state, item: el('li', {}, button) };
  });
  const list = el(
    'ul',
    { class: rows.length > MANY ? 'rows rows-many' : 'rows' },
    ...rows.map((row) => row.item),
  );
  fill(
    root,
    sectionHead(
      'Class',
      el('span', { class: 'section-note', text: rows.length > MANY ? rows.length : '' }),
      rows.length > 1 && finding,
    ),
    list,
  );
  if (rows.length > MANY) finding.prepend(icon('find'));

  /** Only what differs is written: a list of five hundred must not be laid out for one box.
   * @param {HTMLElement} node @param {string} text */
  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  let active = -1;
  editor.onChange(() => {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const box of editor.doc.boxes)
      if (!box.suggested) counts.set(box.class_id, (counts.get(box.class_id) ?? 0) + 1);
    const { drawing, display } = editor.state;
    for (const row of rows) {
      const { index } = row.entry;
      const on = index === drawing.classId;
      write(row.count, String(counts.get(index) ?? ''));
      const words = [on && 'drawing with', display.hiddenClasses.has(index) && 'hidden'];
      write(row.state, words.filter(Boolean).join(', '));
      if (row.button.getAttribute('aria-pressed') !== String(on))
        row.button.setAttribute('aria-pressed', String(on));
      if (row.button.disabled !== !drawing.editable) row.button.disabled = !drawing.editable;
    }
    if (active === drawing.classId) return;
    active = drawing.classId;
    rows.find((row) => row.entry.index === active)?.item.scrollIntoView({ block: 'nearest' });
  });
}
