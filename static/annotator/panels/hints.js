/** The line at the bottom: what is selected, the keys that help now, pointer position and zoom. */

import { el, fill, keycap, must } from '../../common/dom.js';

/** @typedef {import('../editor.js').Editor} Editor */
/** @typedef {[string[], string]} Hint keys and what they do */

/** @param {Editor} editor @returns {{now: string, hints: Hint[]}} */
function hintsFor(editor) {
  const { state, selected, doc } = editor;
  const help = /** @type {Hint} */ ([['?'], 'all keys']);
  if (!state.picture) return { now: '', hints: [help] };
  if (state.hidden) return { now: 'Boxes are hidden while H is held', hints: [] };
  if (state.making) {
    return { now: 'Click the opposite corner', hints: [[['Esc'], 'cancel'], help] };
  }
  const now = selected ? `${editor.classOf(selected.class_id)?.name ?? 'box'} selected` : '';
  if (selected?.suggested) {
    return {
      now: `${now}, suggested`,
      hints: [[['Y'], 'accept'], [['X'], 'reject'], [['Tab'], 'next'], help],
    };
  }
  if (selected && state.editable) {
    const keys = editor.classes
      .slice(0, 3)
      .map((entry) => entry.hotkey)
      .filter(Boolean);
    return {
      now,
      hints: [
        ...(keys.length > 1 ? [/** @type {Hint} */ ([keys, 'class'])] : []),
        [['←', '→'], 'nudge'],
        [['Alt', '→'], 'resize'],
        [['Del'], 'delete'],
        [['Esc'], 'deselect'],
        help,
      ],
    };
  }
  if (!state.editable) return { now, hints: [[['H'], 'hide boxes'], [['L'], 'labels'], help] };
  return {
    now: state.tool === 'draw' ? 'Drag a box around every object' : now,
    hints: [
      [['B'], 'draw'],
      ...(doc.boxes.some((box) => box.suggested) ? [/** @type {Hint} */ ([['Y'], 'accept'])] : []),
      [['Space'], 'pan'],
      [['H'], 'hide boxes'],
      help,
    ],
  };
}

/** @param {Editor} editor @param {{zoomIn: () => void, zoomOut: () => void, fit: () => void}} view
 * @param {() => Hint[]|null} pageHints hints that belong to the page and come before the others */
export function startHints(editor, view, pageHints) {
  const root = must('[data-hints]');
  const place = must('[data-place]');
  const zoom = must('[data-zoom]');
  must('[data-zoom-in]').addEventListener('click', view.zoomIn);
  must('[data-zoom-out]').addEventListener('click', view.zoomOut);
  must('[data-fit]').addEventListener('click', view.fit);
  let notice = '';

  const show = () => {
    const { now, hints } = hintsFor(editor);
    const all = notice ? [] : [...(pageHints() ?? []), ...hints];
    fill(
      root,
      (notice || now) && el('strong', { class: notice ? 'hint-notice' : '', text: notice || now }),
      ...all.map(([keys, label]) => el('span', { class: 'hint' }, ...keys.map(keycap), label)),
    );
  };
  editor.onChange(show);
  editor.onPaint(() => {
    const { pointer } = editor.state;
    const percent = `${Math.round(editor.viewport.scale * 100)} %`;
    zoom.textContent = editor.state.picture ? percent : '–';
    place.textContent = pointer ? `x ${Math.round(pointer.x)}  y ${Math.round(pointer.y)}` : '';
  });

  return {
    /** A sentence that stays until the next action. @param {string} text */
    notice(text) {
      notice = text;
      show();
    },
  };
}
