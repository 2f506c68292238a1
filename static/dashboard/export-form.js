/** The form for every other export than the plain one: format, pictures, split, source, classes. */

import { ApiError } from '../annotator/sync/api.js';
import { el } from '../common/dom.js';
import { SOURCES } from './export-words.js';

/** @typedef {import('../common/api.js').ExportForm} ExportForm */

/** Percent of training and validation images to begin with; the rest is for the test. */
const SHARES = { train: 80, val: 10 };

/** @param {string} id @param {string} label @param {HTMLElement} control */
const field = (id, label, control) =>
  el('div', { class: 'field' }, el('label', { for: id, text: label }), control);

/** @param {string} id @param {[string, string][]} options */
const select = (id, options) =>
  el('select', { id }, ...options.map(([value, text]) => el('option', { value, text })));

/** @param {HTMLInputElement} box @param {string} text */
const tick = (box, text) => el('label', { class: 'tick' }, box, text);

/** @param {Record<string, any>} attributes */
const checkbox = (attributes = {}) => el('input', { type: 'checkbox', ...attributes });

/** @param {number} value */
const share = (value) =>
  el('input', { type: 'number', min: 0, max: 100, step: 1, required: true, value });

/**
 * @param {import('./export-words.js').Choices} choices
 * @param {(wanted: ExportForm) => Promise<void>} order throws what the server refuses
 */
export function createExportForm({ formats, classes }, order) {
  const format = select(
    'export-format',
    formats.map(({ code, title }) => [code, title]),
  );
  format.setAttribute('aria-describedby', 'export-hint');
  const hint = el('p', { class: 'field-help', id: 'export-hint' });
  const source = select('export-source', [['', 'All labels'], ...Object.entries(SOURCES)]);
  const images = checkbox();
  const unlabelled = checkbox();
  const unlabelledRow = tick(unlabelled, 'Images not yet labelled, too');

  const split = checkbox({ 'aria-controls': 'export-shares' });
  const train = share(SHARES.train);
  const val = share(SHARES.val);
  const test = el('output', {});
  const shares = el(
    'div',
    { class: 'export-shares', id: 'export-shares' },
    el('label', {}, 'Training, %', train),
    el('label', {}, 'Validation, %', val),
    el('span', {}, 'Test, %', test),
    el('p', {
      class: 'field-help',
      text: 'With these shares an image stays in its part in every later export.',
    }),
  );

  const ticks = classes.map(({ index, name }) => ({
    index,
    box: checkbox({ checked: true }),
    name,
  }));
  const kinds = el(
    'details',
    { class: 'export-classes' },
    el('summary', {}),
    el(
      'fieldset',
      {},
      el('legend', { class: 'visually-hidden', text: 'Classes' }),
      ...ticks.map(({ box, name }) => tick(box, name)),
    ),
  );
  kinds.hidden = classes.length < 2;

  const problem = el('p', { class: 'field-error', role: 'alert' });
  const send = el('button', { class: 'button button-primary', type: 'submit', text: 'Export' });
  const form = el(
    'form',
    { class: 'export-form' },
    field('export-format', 'Format', format),
    hint,
    field('export-source', 'Labels', source),
    tick(images, 'With the images, as a zip'),
    unlabelledRow,
    tick(split, 'Split into training, validation and test'),
    shares,
    kinds,
    send,
    problem,
  );

  const left = () => 100 - train.valueAsNumber - val.valueAsNumber;
  const kind = () => formats[format.selectedIndex];
  const chosen = () => ticks.filter(({ box }) => box.checked).map(({ index }) => index);

  const update = () => {
    hint.textContent = kind().about;
    unlabelledRow.hidden = kind().unlabelled === null;
    shares.hidden = !split.checked;
    for (const input of [train, val]) input.disabled = !split.checked;
    test.textContent = Number.isFinite(left()) ? String(left()) : '';
    val.setCustomValidity(
      left() < 0 ? 'Training and validation are more than 100 % together.' : '',
    );
    const some = chosen().length;
    const all = some === ticks.length;
    kinds.firstElementChild?.replaceChildren(
      all ? 'Classes: all' : `Classes: ${some} of ${ticks.length}`,
    );
    ticks[0]?.box.setCustomValidity(some ? '' : 'Choose at least one class.');
    if (!some) kinds.open = true; // else the browser cannot show what is wrong
  };

  const wanted = () => {
    const code = /** @type {ExportForm['format']} */ (format.value);
    /** @type {ExportForm} */
    const asked = { format: code, images: images.checked };
    if (source.value) asked.source = /** @type {ExportForm['source']} */ (source.value);
    if (split.checked) asked.split = [train.valueAsNumber, val.valueAsNumber, left()];
    if (chosen().length < ticks.length) asked.classes = chosen();
    if (kind().unlabelled !== null) asked.unlabelled = unlabelled.checked;
    return asked;
  };

  format.addEventListener('change', () => {
    unlabelled.checked = kind().unlabelled ?? false;
  });
  form.addEventListener('input', update);
  form.addEventListener('change', update);
  let sending = false; // a disabled button would lose the focus
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    problem.textContent = '';
    try {
      await order(wanted());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.textContent = error.message;
    } finally {
      sending = false;
    }
  });
  update();
  return form;
}
