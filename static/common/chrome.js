/** What every page has: icons in the template, the person's menu, the theme switch. */

import { placeIcons } from './icons.js';
import { speak } from './speak.js';
import { toggleTheme } from './theme.js';

/** Wires the menu behind the initials and Shift+L. Call once per page. */
export function startChrome() {
  placeIcons();
  const opener = document.querySelector('[data-menu-opener]');
  const menu = document.querySelector('[data-menu]');
  if (opener instanceof HTMLElement && menu instanceof HTMLElement) wireMenu(opener, menu);
  for (const button of document.querySelectorAll('[data-theme-toggle]')) {
    button.addEventListener('click', switchTheme);
  }
}

/** @returns {void} */
export function switchTheme() {
  speak(toggleTheme() === 'dark' ? 'Dark theme' : 'Light theme');
}

/** Only for pages without an action table. */
export function listenForThemeKey() {
  document.addEventListener('keydown', (event) => {
    const typing =
      event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
    if (!typing && event.shiftKey && event.key === 'L' && !event.ctrlKey && !event.metaKey) {
      switchTheme();
    }
  });
}

/** @param {HTMLElement} opener @param {HTMLElement} menu */
function wireMenu(opener, menu) {
  /** @param {boolean} open */
  const show = (open) => {
    menu.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
  };
  opener.addEventListener('click', () => show(menu.hidden));
  document.addEventListener('pointerdown', (event) => {
    const inside =
      event.target instanceof Node &&
      (menu.contains(event.target) || opener.contains(event.target));
    if (!inside) show(false);
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    show(false);
    opener.focus();
  });
}
