/** What the model proposes: from which confidence it shows, how many are open, the keys that answer. */

import { el, fill, sectionHead } from '../../common/dom.js';
import { isPlaced } from '../core/questions.js';

/** @param {HTMLElement} root @param {import('../editor.js').Editor} editor
 * @param {import('../commands/index.js').Commands} commands */
export function startSuggestions(root, editor, commands) {
  const caps = () => el('span', { class: 'keys', 'data-keys': true });
  const note = el('span', { class: 'section-note' });
  const word = el('span', {});
  const toggle = el('button', { class: 'link-button', 'data-action': 'suggestions' }, word, caps());
  const slider = el('input', {
    type: 'range',
    min: 0,
    max: 0.95,
    step: 0.05,
    'aria-label': 'Show suggestions from this confidence on',
    on: { input: () => commands.setConfidence(Number(slider.value)) },
  });
  const threshold = el('output', { class: 'score-threshold' });
  /** @param {string} name @param {string} label */
  const step = (name, label) =>
    el('button', { class: 'step', 'data-action': name, 'aria-label': label }, caps());
  const all = el(
    'button',
    { class: 'row', 'data-action': 'accept-all' },
    el('span', { class: 'row-name', text: 'Accept all shown' }),
    el('span', { class: 'row-end' }, caps()),
  );
  const verify = el(
    'button',
    { class: 'row', 'data-action': 'verify' },
    el('span', { class: 'row-name', text: 'One at a time' }),
    el('span', { class: 'row-end' }, caps()),
  );
  fill(
    root,
    sectionHead('Suggestions', note, toggle),
    el(
      'div',
      { class: 'score-thresholds' },
      step('more', 'Show more'),
      slider,
      step('fewer', 'Show fewer'),
      threshold,
    ),
    all,
    verify,
  );

  editor.onChange(() => {
    const open = editor.doc.boxes.filter((box) => box.suggested && !isPlaced(box)).length;
    root.hidden = open === 0;
    if (!open) return;
    const { display } = editor.state;
    const shown = commands.openSuggestions().filter((box) => !isPlaced(box)).length;
    note.textContent = display.suggestions ? `${shown} of ${open} shown` : `${open} hidden`;
    word.textContent = display.suggestions ? 'hide' : 'show';
    slider.value = String(display.confidence);
    threshold.textContent = `≥ ${display.confidence.toFixed(2)}`;
  });
}

/** The confidence from which suggestions show is remembered for each job.
 * @param {import('../editor.js').Editor} editor @param {import('../sync/preferences.js').Preferences} own
 * @param {string} slug of the job */
export function rememberConfidence(editor, own, slug) {
  let before = own.page.confidence?.[slug] ?? 0;
  Object.assign(editor.state.display, { confidence: before, lowest: before });
  editor.onChange(() => {
    const { confidence } = editor.state.display;
    if (confidence === before) return;
    before = confidence;
    own.set({ confidence: { ...own.page.confidence, [slug]: confidence } });
  });
}
