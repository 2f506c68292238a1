/** One line above the canvas for what needs the person: lease, signed out, refused, image broken. */

import { el, fill } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { speak } from '../../common/speak.js';

/** @typedef {{text: string, tone?: 'warn'|'bad', actions?: {label: string, run: () => void}[]}} Message */

/** Messages have a place of their own each, so that one never hides another.
 * @param {HTMLElement} root */
export function createBanners(root) {
  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();
  return {
    /** @param {string} place @param {Message|null} message */
    set(place, message) {
      const before = shown.get(place);
      if (before && before.dataset.text === message?.text) return;
      before?.remove();
      shown.delete(place);
      if (!message) return;
      const tone = message.tone ?? 'warn';
      const banner = el('div', { class: `banner banner-${tone}`, 'data-text': message.text });
      fill(
        banner,
        icon('warn'),
        el('p', { text: message.text }),
        ...(message.actions ?? []).map(({ label, run }) =>
          el('button', { class: 'button button-small', text: label, on: { click: run } }),
        ),
      );
      root.append(banner);
      shown.set(place, banner);
      speak(message.text, 'assertive');
    },
  };
}
