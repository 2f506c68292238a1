/** A short menu of reasons, answered by number; while it is open its numbers mean nothing else. */

import { el, fill, keycap } from '../../common/dom.js';
import { icon } from '../../common/icons.js';

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root empty and hidden until opened
 * @param {HTMLElement} parts.replaces what the menu takes the place of
 * @param {(keys: Map<string, () => void>|null) => void} parts.setMenu
 * @param {() => void} parts.onToggle after opening and closing
 */
export function createReasons({ root, replaces, setMenu, onToggle }) {
  const close = () => {
    root.hidden = true;
    replaces.hidden = false;
    root.replaceChildren();
    setMenu(null);
    onToggle();
  };

  return {
    close,
    get open() {
      return !root.hidden;
    },
    /**
     * @template {{label: string}} Reason
     * @param {object} menu
     * @param {string} menu.title
     * @param {Reason[]} menu.reasons
     * @param {'bad'|''} [menu.tone]
     * @param {(reason: Reason) => void} menu.onChoose
     */
    show({ title, reasons, tone = '', onChoose }) {
      /** @param {Reason} reason */
      const choose = (reason) => {
        close();
        onChoose(reason);
      };
      /** @type {Map<string, () => void>} */
      const keys = new Map([['Escape', close]]);
      const rows = reasons.slice(0, 9).map((reason, place) => {
        keys.set(String(place + 1), () => choose(reason));
        return el(
          'li',
          {},
          el(
            'button',
            { class: 'row', on: { click: () => choose(reason) } },
            keycap(String(place + 1)),
            el('span', { class: 'row-name', text: reason.label }),
          ),
        );
      });
      fill(
        root,
        el(
          'div',
          { class: 'reasons-head' },
          icon(tone === 'bad' ? 'cross' : 'next'),
          el('h2', { text: title }),
          el('button', { class: 'link-button', on: { click: close } }, keycap('Esc')),
        ),
        el('ul', { class: 'rows' }, ...rows),
      );
      root.className = tone === 'bad' ? 'reasons reasons-bad' : 'reasons';
      root.hidden = false;
      replaces.hidden = true;
      setMenu(keys);
      onToggle();
      root.querySelector('button.row')?.scrollIntoView({ block: 'nearest' });
    },
  };
}
