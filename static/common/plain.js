/** Pages without work of their own: icons and the person's menu. */

import { listenForThemeKey, startChrome } from './chrome.js';

startChrome();
listenForThemeKey();
