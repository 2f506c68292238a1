/** Our own line icons, 16 by 16, drawn in the colour of the text beside them. */

const NS = 'http://www.w3.org/2000/svg';

/** @type {Record<string, string>} */
const PATHS = {
  box: 'M3.5 3.5h9v9h-9zM2 2h3v3H2zM11 2h3v3h-3zM2 11h3v3H2zM11 11h3v3h-3z',
  select: 'M3.5 2.5 13 7l-4.2 1.6L7 13z',
  pan: 'M5 8V3.8a1 1 0 0 1 2 0V7m0-.5V2.8a1 1 0 0 1 2 0V7m0-3a1 1 0 0 1 2 0v3m0-2a1 1 0 0 1 2 0v4.5c0 2.5-1.6 4.5-4.5 4.5-2.2 0-3-1-4-2.5L2.7 9.3a1 1 0 0 1 1.6-1.2L5 9',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6H9a4 4 0 0 1 0 8H6',
  redo: 'M10.5 3l3 3-3 3M13.5 6H7a4 4 0 0 0 0 8h3',
  crosshair: 'M8 1.5v13M1.5 8h13',
  tag: 'M2.5 2.5h5.3l5.7 5.7-5.3 5.3L2.5 7.8zM5.5 5.5h.01',
  find: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3 3',
  glass: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3 3M7 5v4M5 7h4',
  display: 'M8 2.5v11A5.5 5.5 0 0 0 8 2.5zM8 2.5a5.5 5.5 0 0 0 0 11',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  back: 'm10 3-5 5 5 5',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  spark: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  fit: 'M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  cross: 'm4 4 8 8M12 4l-8 8',
  pencil: 'm3 13 .7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7 11.3 7',
  send: 'm2 8 12-5.5-4.5 11.5-2.3-4.7zM7.2 9.3 14 2.5',
  cloud: 'M2 2l12 12M5 5.5A3.5 3.5 0 0 0 4.5 12.5h7M7 4.2a4 4 0 0 1 5 3.3 2.6 2.6 0 0 1 1.7 3.5',
  warn: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 12h.01',
  clock: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.5V8l2.3 1.5',
  help: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM6.2 6.3a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2M8 11.2h.01',
  book: 'M8 4c-1.5-1-3.3-1.3-5.5-1.3v9.6c2.2 0 4 .3 5.5 1.3 1.5-1 3.3-1.3 5.5-1.3V2.7C11.3 2.7 9.5 3 8 4zM8 4v9.6',
  down: 'm4 6 4 4 4-4',
  next: 'm6 4 4 4-4 4',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3l8 5-8 5z',
  download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M2.5 13.5h11',
  seal: 'M8 1.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM5.5 9.5 4.8 14.5 8 12.8l3.2 1.7-.7-5M6.4 6l1.2 1.2 2-2.3',
  theme: 'M8 1.8a6.2 6.2 0 1 0 0 12.4zM8 1.8a6.2 6.2 0 0 1 0 12.4',
  chip: 'M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14',
  note: 'M2.5 3h11v8h-6l-3 2.5V11h-2zM5 6h6M5 8.3h4',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.5 3v10',
};

/** Hidden from screen readers: the control around an icon carries the name.
 * @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(NS, 'path');
  path.setAttribute('d', PATHS[name] ?? '');
  svg.append(path);
  return svg;
}

/** Puts icons where a template asked for them with data-icon. @param {ParentNode} [root] */
export function placeIcons(root = document) {
  for (const place of root.querySelectorAll('[data-icon]')) {
    place.prepend(icon(/** @type {HTMLElement} */ (place).dataset.icon ?? ''));
    place.removeAttribute('data-icon');
  }
}
