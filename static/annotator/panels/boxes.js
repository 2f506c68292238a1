/** The twin of the canvas: every box as a list item that can be chosen, reclassed, moved and deleted.
 * Only the rows in view are in the page, so that ten thousand boxes stay quick. */

import { arrange, el, fill, keycap, must, sectionHead } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { height, width } from '../core/geometry.js';
import { isPlaced } from '../core/questions.js';
import { swatch } from './classes.js';

/** @typedef {import('../../common/types.js').DocBox} DocBox */

/** Rows beyond the view, so that scrolling shows no gap. */
const SPARE = 12;
const ROW_HEIGHT = 30;

/** @param {HTMLElement} root @param {import('../editor.js').Editor} editor
 * @param {import('../commands/index.js').Commands} commands */
export function startBoxes(root, editor, commands) {
  const scroller = must('.panel-scroll');
  const count = el('span', { class: 'section-note' });
  const list = el('ul', { class: 'rows rows-boxes', 'aria-label': 'Boxes in reading order' });
  const empty = el(
    'p',
    { class: 'empty' },
    'No boxes yet. Draw over the image',
    el('span', { class: 'or-key' }, ', or press ', el('span', { 'data-keys-of': 'place' })),
    '.',
  );
  fill(
    root,
    sectionHead('Boxes', count, el('span', { class: 'section-key' }, 'next', keycap('Tab'))),
    list,
    empty,
  );

  /** @param {DocBox} box */
  const rowOf = (box) => {
    const entry = editor.classOf(box.class_id);
    const [wide, high] = [Math.round(width(box)), Math.round(height(box))];
    const name = entry?.name ?? 'unknown class';
    const place = `at ${Math.round(box.x1)}, ${Math.round(box.y1)}, ${wide} by ${high} pixels`;
    const selected = editor.state.selection.chosen.has(box.id);
    const first = box.id === editor.state.selection.selectedId;
    const locked = editor.locked(box);
    const state = isPlaced(box) ? 'not moved yet' : 'suggested';
    const score = box.score === undefined ? null : box.score.toFixed(2);
    const choose = el(
      'button',
      {
        class: 'row',
        'data-box': box.id,
        'aria-pressed': String(selected),
        'aria-label': `${name}${box.suggested ? `, ${state}` : ''}${locked ? ', locked' : ''}${score ? `, score ${score}` : ''}, ${place}`,
        on: {
          click: (/** @type {MouseEvent} */ event) =>
            event.ctrlKey || event.metaKey || event.shiftKey
              ? commands.toggleChosen(box.id)
              : editor.select(box.id),
          focus: () => !editor.state.selection.chosen.has(box.id) && editor.select(box.id),
        },
      },
      swatch(entry?.color ?? '#fff', box.suggested),
      el('span', { class: 'row-name', text: name }),
      box.suggested && el('span', { class: 'row-count', text: state }),
      locked && icon('lock'),
      el('span', { class: 'row-size', text: box.suggested && score ? score : `${wide} × ${high}` }),
    );
    const remove =
      first &&
      editor.state.drawing.editable &&
      !locked &&
      el(
        'button',
        {
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
  let known = '';
  /** @param {DocBox} box @param {number} place @param {number} all */
  const row = (box, place, all) => {
    const item = editor.state.selection.chosen.has(box.id)
      ? rowOf(box)
      : (plain.get(box) ?? rowOf(box));
    if (!editor.state.selection.chosen.has(box.id)) plain.set(box, item);
    item.setAttribute('aria-posinset', String(place + 1));
    item.setAttribute('aria-setsize', String(all));
    return item;
  };

  /** @type {DocBox[]} */
  let ordered = [];
  let rowHeight = ROW_HEIGHT;

  /** @param {number} place of a row */
  const topOf = (place) => list.offsetTop - scroller.offsetTop + place * rowHeight;

  /** Puts the rows into the page that the panel shows, and room for the others. */
  const showRows = () => {
    const measured = list.querySelector('.box-row')?.getBoundingClientRect().height;
    if (measured) rowHeight = measured;
    // On a phone the list may be out of sight; its first rows are kept all the same.
    const seen = list.offsetParent ? scroller.scrollTop - topOf(0) : 0;
    const first = Math.max(0, Math.floor(seen / rowHeight) - SPARE);
    const many = Math.ceil(scroller.clientHeight / rowHeight) + 2 * SPARE;
    const last = Math.min(ordered.length, first + many);
    list.style.paddingTop = `${first * rowHeight}px`;
    list.style.paddingBottom = `${(ordered.length - last) * rowHeight}px`;
    const all = ordered.length;
    arrange(
      list,
      ordered.slice(first, last).map((box, place) => row(box, first + place, all)),
    );
  };

  /** Scrolls no more than it must, so that the selected row is in view. @param {number} place */
  const reveal = (place) => {
    // Out of sight on a phone: the classes above it would scroll instead.
    if (!list.offsetParent) return;
    const top = topOf(place);
    const { scrollTop, clientHeight } = scroller;
    if (top < scrollTop) scroller.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight)
      scroller.scrollTop = top + rowHeight - clientHeight;
  };

  /** @type {readonly DocBox[]} */
  let sorted = [];
  let selectedBefore = /** @type {number|null} */ (null);
  editor.onChange(() => {
    const { selection, drawing, display } = editor.state;
    const { selectedId } = selection;
    const key = [drawing.editable, display.lockedAll, [...display.lockedIds]].join();
    if (key !== known) plain = new WeakMap();
    known = key;
    const focused =
      document.activeElement instanceof HTMLElement && list.contains(document.activeElement);
    const shown = commands.order();
    // People's boxes first: suggestions are a to-do list below them.
    if (shown !== sorted)
      ordered = [...shown.filter((box) => !box.suggested), ...shown.filter((box) => box.suggested)];
    sorted = shown;
    count.textContent = String(editor.doc.boxes.filter((box) => !box.suggested).length);
    empty.hidden = ordered.length > 0 || !editor.state.view.picture;
    if (selectedId !== null && selectedId !== selectedBefore)
      reveal(ordered.findIndex((box) => box.id === selectedId));
    selectedBefore = selectedId;
    showRows();
    const chosen = list.querySelector(`[data-box="${selectedId}"]`);
    if (focused && chosen instanceof HTMLElement) chosen.focus({ preventScroll: true });
  });
  scroller.addEventListener('scroll', () => requestAnimationFrame(showRows), { passive: true });
  new ResizeObserver(showRows).observe(scroller);
}
