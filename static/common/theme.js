/** Light or dark: the system decides until the person does. */

import { remember } from './storage.js';

const KEY = 'boxwise-theme';

/** @returns {'dark'|'light'} */
function currentTheme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** @returns {'dark'|'light'} the theme now on */
export function toggleTheme() {
  const next = currentTheme() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  remember(KEY, next);
  return next;
}
