/** The line at the bottom: what is selected, the keys that help now, pointer position and zoom. */

import { el, fill, keycap, must } from '../../common/dom.js';
import { capsIn } from '../commands/key-caps.js';

/** @typedef {import('../editor.js').Editor} Editor */
/** @typedef {[string[], string]} Hint keys and what they do */
/** @typedef {(id: string) => string[]} KeysOf the person's own keys of an action */

const START = {
  drag: 'Drag a box around every object',
  clicks: 'Drag or click two corners around every object',
  points: 'Click the outermost points of the object, any order',
};

/** @param {Editor} editor @param {KeysOf} keys @returns {{now: string, hints: Hint[]}} */
function hintsFor(editor, keys) {
  const { selected, doc } = editor;
  const { selection, view, drawing, display } = editor.state;
  /** @param {string} id @param {string} words @returns {Hint} */
  const hint = (id, words) => [keys(id), words];
  const help = hint('help', 'all keys');
  if (!view.picture) return { now: '', hints: [help] };
  if (display.hidden) return { now: 'All boxes are hidden', hints: [] };
  if (display.spot !== null && selected)
    return {
      now: 'Fix the box',
      hints: [
        hint('submit', 'done'),
        hint('grab', 'grab edge'),
        [['←', '→'], 'nudge'],
        hint('undo-verdict', 'restore'),
        help,
      ],
    };
  if (display.spot !== null)
    return {
      now: 'One box at a time',
      hints: [
        [
          editor.classes.slice(0, 3).flatMap((entry) => keys(`class-${entry.hotkey}`)),
          'other class',
        ],
        hint('hide', 'hide boxes'),
        hint('verify', 'show all'),
        help,
      ],
    };
  if (drawing.draftShape?.marks)
    return {
      now: 'Click the outermost points, any order',
      hints: [hint('back-point', 'undo a point'), hint('cancel', 'cancel'), help],
    };
  if (drawing.draftShape && !drawing.draftShape.marquee)
    return { now: 'Click the opposite corner', hints: [hint('cancel', 'cancel'), help] };
  if (drawing.grabbed)
    return {
      now: 'Edge grabbed: move the pointer, or press arrows',
      hints: [hint('grab', 'release'), hint('cancel', 'cancel')],
    };
  if (drawing.relabelling)
    return {
      now: 'Relabelling: a class key goes on to the next box',
      hints: [hint('next', 'leave as it is'), hint('relabel', 'end'), help],
    };
  if (selection.chosen.size > 1)
    return {
      now: `${selection.chosen.size} boxes selected`,
      hints: [hint('delete', 'delete all'), hint('lock', 'lock'), hint('cancel', 'deselect'), help],
    };
  const now = selected ? `${editor.classOf(selected.class_id)?.name ?? 'box'} selected` : '';
  const stack = selection.stack.indexOf(selection.selectedId ?? -1);
  const place =
    stack >= 0 && selection.stack.length > 1 ? ` (${stack + 1} of ${selection.stack.length})` : '';
  if (selected?.suggested)
    return {
      now: `${now}${place}, suggested`,
      hints: [hint('accept', 'accept'), hint('reject', 'reject'), hint('next', 'next'), help],
    };
  if (selected && drawing.editable) {
    const edges = ['top', 'left', 'bottom', 'right'].flatMap((name) => keys(`edge-${name}`));
    return {
      now: `${now}${place}`,
      hints: [
        [edges, 'edge to pointer'],
        [['Drag'], 'moves it'],
        [['Shift', 'drag'], 'draws inside'],
        hint('delete', 'delete'),
        hint('cancel', 'deselect'),
        help,
      ],
    };
  }
  const labels = hint('labels', 'labels');
  if (!drawing.editable) return { now, hints: [hint('hide', 'hide boxes'), labels, help] };
  const draws = drawing.tool === 'draw';
  return {
    now: draws ? START[drawing.method] : now,
    hints: [
      draws ? hint('method', 'change method') : hint('draw', 'draw'),
      ...(doc.boxes.some((box) => box.suggested) ? [hint('accept', 'accept')] : []),
      hint('pan', 'pan'),
      hint('hide', 'hide boxes'),
      help,
    ],
  };
}

/** @param {Editor} editor
 * @param {(text: string) => void} sayAtPointer */
export function startHints(editor, sayAtPointer) {
  const root = must('[data-hints]');
  const place = must('[data-place]');
  const zoom = must('[data-zoom]');
  const inSheet = must('[data-notice]');
  let notice = '';
  /** @type {() => Hint[]|null} */
  let pageHints = () => null;
  /** @type {KeysOf} */
  let caps = () => [];
  let before = '';

  const show = () => {
    const { now, hints } = hintsFor(editor, caps);
    const all = notice ? [] : [...(pageHints() ?? []), ...hints].filter(([keys]) => keys.length);
    const key = JSON.stringify([notice || now, all]);
    if (key === before) return;
    before = key;
    fill(
      root,
      (notice || now) && el('strong', { class: notice ? 'hint-notice' : '', text: notice || now }),
      ...all.map(([keys, label]) => el('span', { class: 'hint' }, ...keys.map(keycap), label)),
    );
  };
  editor.onChange(show);
  editor.onPaint(() => {
    const { pointer, picture } = editor.state.view;
    const percent = picture ? `${Math.round(editor.viewport.scale * 100)} %` : '–';
    if (zoom.textContent !== percent) zoom.textContent = percent;
    place.textContent = pointer ? `x ${Math.round(pointer.x)}  y ${Math.round(pointer.y)}` : '';
  });

  return {
    /** Hints that belong to the page, and come before the others. @param {() => Hint[]|null} own */
    forPage(own) {
      pageHints = own;
    },
    /** @param {readonly import('../../common/types.js').Action[]} actions with the person's keys */
    know(actions) {
      caps = capsIn(actions);
      show();
    },
    /** The person's own keys of an action. @type {KeysOf} */
    keys: (id) => caps(id),
    /** The same within a sentence. @param {string} id */
    words: (id) => caps(id).join(' ') || 'Its button',
    /** The key, or where fingers have none, the button. @param {string} id @param {string} button */
    press: (id, button) =>
      matchMedia('(pointer: coarse)').matches
        ? `Tap ${button}`
        : caps(id).join(' ') || `Press ${button}`,
    /** A sentence that stays until the next action. @param {string} text */
    notice(text) {
      if (text === notice) return;
      notice = text;
      inSheet.textContent = text;
      inSheet.hidden = !text;
      sayAtPointer(text);
      show();
    },
  };
}
