/** The pages with keys: the rows only they have, and which rows of the common table hold there, too. */

import { withOwnKeys } from '../core/keymap.js';
import { TABLE } from './table.js';

/** @typedef {import('../../common/types.js').Action} Action */
/** @typedef {import('../../common/types.js').Handlers} Handlers */
/** @typedef {import('./table.js').Row} Row */
/** @typedef {Row & {name: string, common: boolean}} Named `name` is the row's in a map of own keys */
/** @typedef {'draw'|'review'|'list'|'adjudicate'|'grid'|'compare'|'notes'} PageId */
/** @typedef {{title: string, rows: Row[], common: (id: string) => boolean}} PageKeys */

/** @param {string} group @param {[string, string, string[], Partial<Row>?][]} rows @returns {Row[]} */
const rowsOf = (group, rows) =>
  rows.map(([id, label, keys, more]) => ({ id, group, label, keys, ...more }));

/** A row of the common table by another name: its key is the same everywhere.
 * @param {string} id @param {string} group @param {string} label @returns {Row} */
const called = (id, group, label) => ({
  .../** @type {Row} */ (TABLE.find((row) => row.id === id)),
  group,
  label,
});

const HELD = { repeat: true };
const MOVES = { shown: '← ↑ ↓ →', ...HELD };
/** @type {[string, string, string[], Partial<Row>?][]} */
const STEPS = [
  ['left', 'Left', ['ArrowLeft'], { ...MOVES, brief: 'Move' }],
  ['right', 'Right', ['ArrowRight'], { ...MOVES, brief: '' }],
  ['up', 'Up', ['ArrowUp'], { ...MOVES, brief: '' }],
  ['down', 'Down', ['ArrowDown'], { ...MOVES, brief: '' }],
];

/** Of the drawing page alone. */
const DRAWING = [
  ...['submit', 'nothing', 'skip', 'last-sent', 'one-class', 'verify', 'undo-verdict'],
  ...['accept', 'accept-all', 'reject', 'fewer', 'more', 'suggestions'],
];
/** @param {string} id */
const onCanvas = (id) => !DRAWING.includes(id);
/** @param {string[]} ids */
const only = (ids) => (/** @type {string} */ id) => ids.includes(id);
const PLAIN = ['help', 'theme'];

/** @type {Record<PageId, PageKeys>} */
export const PAGES = {
  draw: { title: 'Drawing', rows: [], common: () => true },
  review: {
    title: 'Review',
    rows: [
      ...rowsOf('Verdict', [
        ['approve', 'Approve; on a box: it is right, next box', ['y']],
        ['correct', 'Correct; on a box: fix it', ['e']],
        ['wrong', 'Reject with a reason; on a box: no object', ['x']],
        ['cannot-judge', 'Cannot judge this image', ['k']],
      ]),
      called('submit', 'Verdict', 'Send the boxes as they are now'),
      ...rowsOf('Verdict', [
        ['back', 'Undo: this correction, the last box, the last verdict', ['u']],
      ]),
      ...rowsOf('Verdict', [
        ['take-theirs', 'On a correction: take the boxes that an annotator suggests', ['t']],
        ['decline', 'Decline them with a reason', ['Shift+t']],
      ]),
      ...rowsOf('View', [['grid', 'To the grid', ['Shift+g']]]),
    ],
    common: onCanvas,
  },
  grid: {
    title: 'Grid',
    rows: [
      ...rowsOf('Verdict', [
        ['fine', 'Looks right', ['y']],
        ['wrong', 'Reject, then a reason', ['x']],
        ['reject-now', 'Reject this one at once; the others stay undecided', ['r']],
        ['rest', 'All the rest look right', ['Shift+y']],
        ['correct', 'Correct it', ['e']],
        ['back', 'Undo; then the last page', ['u', 'Ctrl+z']],
      ]),
      called('submit', 'Verdict', 'Submit marked'),
      ...rowsOf('View', [
        ['large', 'Close-up', ['q']],
        ['compare', 'Side by side', ['s']],
        ...STEPS,
        ['page-on', 'Next page, this one undecided', [']', 'PageDown'], { shown: ']' }],
        ['page-back', 'Page before', ['[', 'PageUp'], { shown: '[' }],
        ['larger-page', 'More per page', ['+', '='], { shown: '+' }],
        ['smaller-page', 'Fewer per page', ['-']],
        ['audit', 'To the audit', ['Shift+g']],
      ]),
    ],
    common: only(PLAIN),
  },
  list: {
    title: 'Disagreements',
    rows: [called('submit', 'View', 'Resolve the first'), ...rowsOf('View', STEPS)],
    common: only(PLAIN),
  },
  adjudicate: {
    title: 'Adjudication',
    rows: [
      ...rowsOf('Verdict', [
        ['merged', 'Take the merged box', ['y']],
        ['none', 'No object here', ['n']],
        ['draw-it', 'Draw it; after the last group, what everybody missed', ['e']],
        ['correct', 'Correct the whole label', ['Shift+e']],
        ['take-theirs', 'Take the boxes that an annotator suggests', ['t']],
        ['decline', 'Decline them with a reason', ['Shift+t']],
        ['back', 'Undo; then the last image sent', ['u']],
      ]),
      called('submit', 'Verdict', 'Save and next; while drawing: done'),
      ...rowsOf('View', [['list', 'To the list of images', ['Shift+g']]]),
      ...['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit, place) => ({
        id: `person-${digit}`,
        group: 'Verdict',
        label: `The box of person ${digit}; while drawing: class ${digit}`,
        keys: [digit],
        brief: place ? '' : 'This person’s box; while drawing: class',
        shown: '1 … 9',
      })),
    ],
    common: (id) => onCanvas(id) && !id.startsWith('class-') && id !== 'note',
  },
  compare: {
    title: 'Two labels',
    rows: rowsOf('View', [
      ['change-on', 'Next difference', ['ArrowRight'], HELD],
      ['change-back', 'Previous difference', ['ArrowLeft'], HELD],
      ['swap', 'Swap the sides', ['Shift+s']],
      ['correct', 'Correct the label that holds', ['e']],
      ['image-on', 'Next changed image', [']']],
      ['image-back', 'Previous changed image', ['[']],
      ['leave-page', 'Back', ['Shift+g']],
    ]),
    common: only(['fit', 'cancel', ...PLAIN]),
  },
  notes: {
    title: 'Notes',
    rows: rowsOf('View', [
      ['note-on', 'Next note', ['ArrowDown'], HELD],
      ['note-back', 'Note before', ['ArrowUp'], HELD],
      ['answer', 'Answer', ['e']],
      ['close', 'Done, or open again', ['d']],
      ['take-theirs', 'Take the boxes that an annotator suggests', ['t']],
      ['decline', 'Decline them with a reason', ['Shift+t']],
      ['back', 'Undo what was stored last', ['u', 'Ctrl+z']],
    ]),
    common: only(PLAIN),
  },
};

const COMMON = new Set(TABLE.map(({ id }) => id));

/** All rows of a page, its own first. @param {PageId} id @returns {Named[]} */
export function rowsOn(id) {
  const { rows, common } = PAGES[id];
  const mine = new Set(rows.map((row) => row.id));
  return [
    ...rows.map((row) => {
      const shared = COMMON.has(row.id);
      return { ...row, name: shared ? row.id : `${id}.${row.id}`, common: shared };
    }),
    ...TABLE.filter((row) => !mine.has(row.id) && common(row.id)).map((row) => ({
      ...row,
      name: row.id,
      common: true,
    })),
  ];
}

/** @type {PageId[]} */
export const PAGE_IDS = ['draw', 'review', 'grid', 'list', 'adjudicate', 'compare', 'notes'];

/** Joins a page's rows with what they do there and with the person's own keys; rows that nothing stands
 * behind are left out.
 * @param {PageId} page @param {Handlers} handlers
 * @param {import('../core/keymap.js').KeyMap} own @returns {Action[]} */
export function bindActions(page, handlers, own) {
  const rows = rowsOn(page).filter(({ id }) => handlers[id]);
  return withOwnKeys(rows, own).map(({ brief, ...row }) => ({
    ...row,
    label: brief ?? row.label,
    ...handlers[row.id],
  }));
}
