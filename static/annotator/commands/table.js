/** The table of all actions of the drawing page: names and keys, read by keys, buttons, help and the page
 * of own keys. Each row's name is that of its function: "go to definition" on it leads there. */

import { DIGITS, EDGE_KEYS, WAYS } from './families.js';

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} group heading in the help
 * @property {string} label what it does, in words
 * @property {string[]} keys
 * @property {string} [brief] how the help says it for a whole family; '' leaves a row to its family
 * @property {string} [shown] the family's keys as the help writes them
 * @property {boolean} [repeat] a held key repeats
 * @property {boolean} [canvas] only while the canvas has the focus
 */
/** @typedef {[label: string, keys: string[], more?: Partial<Row>]} Texts */
/**
 * Makes rows for functions of one file.
 * @template Handlers
 * @typedef {(group: string, rows: {[Id in keyof Handlers]?: Texts}) => Row[]} RowsOf
 */

/** @param {string} group @param {Record<string, Texts|undefined>} rows @returns {Row[]} */
const rowsOf = (group, rows) =>
  Object.entries(/** @type {Record<string, Texts>} */ (rows)).map(([id, [label, keys, more]]) => ({
    id,
    group,
    label,
    keys,
    ...more,
  }));
/** @type {RowsOf<ReturnType<typeof import('./draw-handlers.js').drawHandlers>>} */
const drawRows = rowsOf;
/** @type {RowsOf<ReturnType<typeof import('./box-handlers.js').boxHandlers>>} */
const boxRows = rowsOf;
/** @type {RowsOf<ReturnType<typeof import('./box-handlers.js').suggestionHandlers>>} */
const suggestionRows = rowsOf;
/** @type {RowsOf<ReturnType<typeof import('./view-handlers.js').viewHandlers>>} */
const viewRows = rowsOf;
/** @type {RowsOf<ReturnType<typeof import('../modes/verify.js').createVerify>['handlers']>} */
const verifyRows = rowsOf;
/** @type {RowsOf<ReturnType<typeof import('../modes/one-class.js').createOneClass>['handlers']>} */
const oneClassRows = rowsOf;

/** Their functions stand in `familyHandlers` of box-handlers.js.
 * @param {string} id @param {string} verb @param {string} prefix @param {string} brief @param {string} shown */
const arrows = (id, verb, prefix, brief, shown) =>
  WAYS.flatMap(([key, way], place) =>
    [1, 10].map((pixels) => ({
      id: `${id}-${way}-${pixels}`,
      group: 'Boxes',
      label: `${verb} ${way} ${pixels} px`,
      keys: [`${prefix}${pixels === 10 ? 'Shift+' : ''}${key}`],
      brief: place === 0 && pixels === 1 ? brief : '',
      shown,
      canvas: true,
      repeat: true,
    })),
  );

const edges = EDGE_KEYS.map(([key, name], place) => ({
  id: `edge-${name}`,
  group: 'Draw',
  label: `Edge to the pointer: ${name}`,
  keys: [key],
  brief: place === 0 ? 'Edge to the pointer' : '',
  shown: 'W A S D',
}));
const digits = DIGITS.map((digit) => ({
  id: `class-${digit}`,
  group: 'Class',
  label: `Class ${digit}`,
  keys: [digit],
}));

const HELD = { repeat: true };
const ON_CANVAS = { repeat: true, canvas: true };

/** @type {Row[]} */
export const TABLE = [
  ...drawRows('Image', {
    submit: ['Submit, next image', ['Enter']],
    nothing: ['Nothing here; Submit sends it', ['n']],
    skip: ['Skip with a reason', ['k']],
  }),
  ...viewRows('Image', { instructions: ['Guidelines', ['i']] }),
  ...drawRows('Image', {
    note: ['Pin a note at the pointer', ['p']],
    'last-sent': ['Undo Submit or Skip: reopen the last image', [',']],
  }),
  ...digits,
  ...viewRows('Class', { 'find-class': ['Find a class by name or number', ['c']] }),
  ...oneClassRows('Class', { 'one-class': ['One class at a time, on or off', ['Shift+c']] }),
  ...viewRows('View', {
    fit: ['Fit image', ['f']],
    actual: ['Image at 100 %', ['Shift+f']],
    'zoom-box': ['Zoom to the box', ['q']],
    'zoom-in': ['Zoom in', ['+', '='], { shown: '+', ...HELD }],
    'zoom-out': ['Zoom out', ['-'], HELD],
    pan: ['Pan', ['Space'], { shown: 'Space hold', canvas: true }],
    display: ['Brightness, contrast, crosshair…', ['.']],
    leave: ['From the canvas to the panel', ['Ctrl+F6']],
  }),
  ...boxRows('Draw', {
    draw: ['Draw tool', ['b']],
    place: ['Place a box in the middle, for the arrow keys', ['Shift+b']],
    method: ['Drag, two clicks, four points', ['m']],
  }),
  ...edges,
  ...boxRows('Draw', {
    'back-point': ['Undo a point', ['Backspace']],
    stamp: ['Box of the last size at the pointer', ['j']],
    'repeat-image': ['Repeat the boxes of the last image', ['r']],
  }),
  ...viewRows('Draw', { cancel: ['Cancel; deselect, to draw inside', ['Escape']] }),
  ...boxRows('Boxes', {
    select: ['Select tool', ['v']],
    next: ['Next box', ['Tab'], ON_CANVAS],
    previous: ['Previous box', ['Shift+Tab'], ON_CANVAS],
    relabel: ['Relabel one after another, on or off', ['Shift+r']],
    grab: ['Grab the nearest edge or corner', ['e']],
  }),
  ...arrows('nudge', 'Move', '', 'Nudge 1 px, with Shift 10', '← ↑ ↓ →'),
  ...arrows('resize', 'Resize', 'Alt+', 'Resize 1 px, with Shift 10', 'Alt ← ↑ ↓ →'),
  ...boxRows('Boxes', {
    duplicate: ['Duplicate', ['Ctrl+d']],
    copy: ['Copy', ['Ctrl+c']],
    paste: ['Paste', ['Ctrl+v']],
    'select-all': ['Select all', ['Ctrl+a']],
    delete: ['Delete', ['Delete']],
    undo: ['Undo', ['Ctrl+z'], HELD],
    redo: ['Redo', ['Ctrl+Shift+z', 'Ctrl+y'], { shown: 'Ctrl Shift Z', ...HELD }],
    lock: ['Lock or unlock', ['o']],
    'lock-all': ['Lock or unlock all', ['Shift+o']],
  }),
  ...suggestionRows('Suggestions', {
    accept: ['Accept', ['y']],
    'accept-all': ['Accept all shown', ['Shift+y']],
    reject: ['Reject', ['x']],
    fewer: ['Higher confidence threshold', [']', 'PageUp'], { shown: ']', ...HELD }],
    more: ['Lower confidence threshold', ['[', 'PageDown'], { shown: '[', ...HELD }],
    suggestions: ['Show or hide suggestions', ['t']],
  }),
  ...verifyRows('Suggestions', {
    verify: ['One at a time, on or off', ['Shift+v']],
    'undo-verdict': ['Undo the last verdict', ['u']],
  }),
  ...viewRows('Show', {
    crosshair: ['Crosshair', ['g']],
    magnifier: ['Magnifier', ['z']],
    labels: ['Labels: names, numbers, none', ['l']],
    hide: ['Hide all boxes', ['h'], { shown: 'H hold' }],
    'hide-box': ['Hide the box', ['Shift+h']],
    'hide-class': ['Hide the class', ['Alt+h']],
    'show-all': ['Show all again', ['Ctrl+Shift+h']],
    theme: ['Light or dark', ['Shift+l']],
    help: ['All keys', ['?']],
  }),
];
