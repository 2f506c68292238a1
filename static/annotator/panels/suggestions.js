/** What the model proposes: how many are open, and the keys that answer them. */

import { el, fill, keycap } from '../../common/dom.js';

/** @param {HTMLElement} root @param {import('../editor.js').Editor} editor
 * @param {import('../commands.js').Commands} commands */
export function startSuggestions(root, editor, commands) {
  const note = el('span', { class: 'section-note' });
  const toggle = el('button', {
    type: 'button',
    class: 'link-button',
    on: { click: () => editor.set({ suggestions: !editor.state.suggestions }) },
  });
  const all = el(
    'button',
    { type: 'button', class: 'row', on: { click: commands.acceptAll } },
    el('span', { class: 'row-name', text: 'Accept all shown' }),
    el('span', { class: 'row-end' }, keycap('Shift'), keycap('Y')),
  );
  const one = el(
    'p',
    { class: 'section-help' },
    keycap('Y'),
    ' accepts, ',
    keycap('X'),
    ' rejects, under the pointer',
  );
  fill(
    root,
    el(
      'div',
      { class: 'section-head' },
      el('h2', { class: 'section-title', text: 'Suggestions' }),
      note,
      toggle,
    ),
    one,
    all,
  );

  editor.onChange(() => {
    const open = editor.doc.boxes.filter((box) => box.suggested).length;
    root.hidden = open === 0;
    note.textContent = editor.state.suggestions ? `${open} open` : `${open} hidden`;
    fill(toggle, editor.state.suggestions ? 'hide' : 'show', keycap('T'));
    all.disabled = !editor.state.suggestions;
  });
}
