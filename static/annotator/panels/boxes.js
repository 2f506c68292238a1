/** The twin of the canvas: every box as a list item that can be chosen, reclassed, moved and deleted. */

import { arrange, el, fill, keycap } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { height, readingOrder, width } from '../core/geometry.js';
import { swatch } from './classes.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */

/** @param {HTMLElement} root @param {import('../editor.js').Editor} editor
 * @param {import('../commands.js').Commands} commands */
export function startBoxes(root, editor, commands) {
  const count = el('span', { class: 'section-note' });
  const list = el('ul', { class: 'rows', 'aria-label': 'Boxes in reading order' });
  const empty = el('p', { class: 'empty', text: 'No boxes yet. Drag over the image, or press B.' });
  fill(
    root,
    el(
      'div',
      { class: 'section-head' },
      el('h2', { class: 'section-title', text: 'Boxes' }),
      count,
      el('span', { class: 'section-key' }, 'next', keycap('Tab')),
    ),
    list,
    empty,
  );

  /** @param {DocBox} box */
  const rowOf = (box) => {
    const entry = editor.classOf(box.class_id);
    const [wide, high] = [Math.round(width(box)), Math.round(height(box))];
    const name = entry?.name ?? 'unknown class';
    const place = `at ${Math.round(box.x1)}, ${Math.round(box.y1)}, ${wide} by ${high} pixels`;
    const selected = box.id === editor.state.selectedId;
    const score = box.score === undefined ? null : box.score.toFixed(2);
    const choose = el(
      'button',
      {
        type: 'button',
        class: 'row',
        'data-box': box.id,
        'aria-pressed': String(selected),
        'aria-label': `${name}${box.suggested ? ', suggested' : ''}${score ? `, score ${score}` : ''}, ${place}`,
        on: {
          click: () => editor.select(box.id),
          focus: () => box.id !== editor.state.selectedId && editor.select(box.id),
        },
      },
      swatch(entry?.color ?? '#fff', box.suggested),
      el('span', { class: 'row-name', text: name }),
      box.suggested && el('span', { class: 'row-count', text: 'suggested' }),
      el('span', { class: 'row-size', text: box.suggested && score ? score : `${wide} × ${high}` }),
    );
    const remove =
      selected &&
      editor.state.editable &&
      el(
        'button',
        {
          type: 'button',
          class: 'icon-button row-delete',
          'aria-label': `Delete ${name}`,
          title: 'Delete (Del)',
          on: { click: () => commands.remove(box) },
        },
        icon('trash'),
      );
    return el('li', { class: selected ? 'box-row is-selected' : 'box-row' }, choose, remove);
  };

  /** Boxes are immutable: a row stays true as long as its box is the same object.
   * @type {WeakMap<DocBox, HTMLElement>} */
  let plain = new WeakMap();
  let editable = editor.state.editable;
  /** @param {DocBox} box */
  const row = (box) => {
    if (box.id === editor.state.selectedId) return rowOf(box);
    const known = plain.get(box) ?? rowOf(box);
    plain.set(box, known);
    return known;
  };

  editor.onChange(() => {
    if (editable !== editor.state.editable) plain = new WeakMap();
    editable = editor.state.editable;
    const focused =
      document.activeElement instanceof HTMLElement && list.contains(document.activeElement);
    const shown = readingOrder(editor.shown());
    // People's boxes first: suggestions are a to-do list below them.
    const ordered = [
      ...shown.filter((box) => !box.suggested),
      ...shown.filter((box) => box.suggested),
    ];
    count.textContent = String(editor.doc.boxes.filter((box) => !box.suggested).length);
    empty.hidden = ordered.length > 0 || !editor.state.picture;
    arrange(list, ordered.map(row));
    const chosen = list.querySelector(`[data-box="${editor.state.selectedId}"]`);
    if (!(chosen instanceof HTMLElement)) return;
    chosen.scrollIntoView({ block: 'nearest' });
    if (focused) chosen.focus({ preventScroll: true });
  });
}
