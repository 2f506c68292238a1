/** The tiles of one page: the picture, its boxes, what was decided, and why it is suspicious. */

import { el, fill } from '../../common/dom.js';
import { classStyle, figure } from '../../common/figure.js';
import { icon } from '../../common/icons.js';
import { plural } from '../../common/words.js';

/** @typedef {import('./marks.js').Marks} Marks */
/** @typedef {import('../../common/api.js').GridLabel} GridLabel */

/** Why a label cannot be sent back. */
export const STAYS =
  'This image judges the detector and is drawn blind, so it does not go back to people.';

/** @param {HTMLElement} root @param {import('../../common/api.js').LabelClass[]} classes
 * @param {Map<string, import('../../common/api.js').RejectChoice>} reasons by code
 * @param {(place: number, twice: boolean) => void} onPoint */
export function createTiles(root, classes, reasons, onPoint) {
  const style = classStyle(classes);
  /** @type {HTMLElement[]} */
  let tiles = [];

  /** @param {GridLabel} label @param {number} place */
  const tile = (label, place) => {
    const node = el(
      'div',
      { class: 'tile', role: 'option', id: `tile-${label.id}`, 'aria-selected': 'false' },
      figure(label.image, label.boxes, style, { lazy: true }),
      el('span', { class: 'tile-mark', 'data-mark': true }),
      el(
        'p',
        { class: 'tile-words' },
        el('strong', { text: label.suspicion === null ? '–' : label.suspicion.toFixed(2) }),
        el('span', { text: label.reason || plural(label.boxes.length, 'box', 'boxes') }),
      ),
      label.stays &&
        el('span', { class: 'tile-stays', title: STAYS }, icon('lock'), 'correct here only'),
    );
    node.addEventListener('click', () => onPoint(place, false));
    node.addEventListener('dblclick', () => onPoint(place, true));
    return node;
  };

  return {
    /** @param {GridLabel[]} labels */
    show(labels) {
      tiles = labels.map(tile);
      fill(root, ...tiles);
      root.scrollTop = 0;
    },
    /** Only what changed since is touched. @param {Marks} marks @param {GridLabel[]} labels */
    paint(marks, labels) {
      labels.forEach((label, place) => {
        const node = tiles[place];
        const mark = marks.of(label.id);
        const here = place === marks.cursor;
        node.classList.toggle('is-here', here);
        node.setAttribute('aria-selected', String(here));
        const state = mark?.verdict ?? 'open';
        const reason = reasons.get(mark?.reason ?? '');
        const words =
          state === 'rejected'
            ? `${marks.isStored(label.id) ? 'sent back' : 'rejected'}: ${reason?.label}`
            : state === 'right'
              ? 'looks right'
              : '';
        node.setAttribute(
          'aria-label',
          `${label.image.name}, ${label.boxes.length} boxes, suspicion ${label.suspicion ?? 'unknown'}, ${label.reason}${label.stays ? ', correct here only' : ''}${words && `, ${words}`}`,
        );
        if (node.dataset.state === state + words) return;
        node.dataset.state = state + words;
        node.classList.toggle('is-right', state === 'right');
        node.classList.toggle('is-rejected', state === 'rejected');
        node.classList.toggle('is-sent', marks.isStored(label.id));
        const place_ = /** @type {HTMLElement} */ (node.querySelector('[data-mark]'));
        fill(
          place_,
          state === 'right' && icon('check'),
          state === 'rejected' && icon('cross'),
          marks.isStored(label.id) && 'Sent back: ',
          state === 'rejected' && reason?.short,
        );
      });
      const current = tiles[marks.cursor];
      if (current) root.setAttribute('aria-activedescendant', current.id);
      else root.removeAttribute('aria-activedescendant');
    },
    /** @param {number} place */
    reveal(place) {
      tiles[place]?.scrollIntoView({ block: 'nearest' });
    },
    /** How many tiles stand beside each other. */
    columns() {
      const first = tiles[0]?.offsetTop;
      const row = tiles.findIndex((node) => node.offsetTop !== first);
      return row < 0 ? Math.max(1, tiles.length) : row;
    },
  };
}
