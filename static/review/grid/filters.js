/** Which labels the grid shows: a small form that asks for a new page when it changes. */

import { el, fill } from '../../common/dom.js';

/** @typedef {import('../../common/api.js').GridChoices} Choices */

/** @type {Record<string, string>} */
const SOURCES = { auto: 'Auto', human: 'People', reviewer: 'Reviewers', any: 'Any' };

/** @param {string} id @param {string} label @param {HTMLElement} field */
const row = (id, label, field) =>
  el('div', { class: 'filter' }, el('label', { for: id, text: label }), field);

/** @param {string} id @param {string} name @param {[string, string][]} options */
const select = (id, name, options) =>
  el('select', { id, name }, ...options.map(([value, text]) => el('option', { value, text })));

/** @param {string} id @param {string} name @param {string} value */
const share = (id, name, value) =>
  el('input', { id, name, type: 'number', min: 0, max: 1, step: 0.05, value });

/**
 * @param {HTMLFormElement} form
 * @param {Choices} choices
 * @param {import('../../common/api.js').LabelClass[]} classes
 * @param {string} source shown first
 * @param {URLSearchParams} asked what the address says
 * @param {() => void} onChange
 */
export function createFilters(form, choices, classes, source, asked, onChange) {
  const any = /** @type {[string, string]} */ (['', 'Any']);
  const sources = [...choices.sources, 'any'].map((name) => [name, SOURCES[name]]);
  fill(
    form,
    row('f-source', 'Labels', select('f-source', 'source', /** @type {any} */ (sources))),
    row(
      'f-class',
      'Class',
      select('f-class', 'class_id', [
        any,
        ...classes.map(
          ({ index, name }) => /** @type {[string, string]} */ ([String(index), name]),
        ),
      ]),
    ),
    row(
      'f-round',
      'Round',
      select('f-round', 'round', [
        any,
        ...choices.rounds.map((n) => /** @type {[string, string]} */ ([String(n), String(n)])),
      ]),
    ),
    row(
      'f-person',
      'Annotator',
      select('f-person', 'person', [
        any,
        ...choices.people.map(
          ({ id, name }) => /** @type {[string, string]} */ ([String(id), name]),
        ),
      ]),
    ),
    el(
      'div',
      { class: 'filter' },
      el('label', { for: 'f-low', text: 'Confidence' }),
      el(
        'span',
        { class: 'filter-pair' },
        share('f-low', 'low', '0'),
        'to',
        el('label', { class: 'visually-hidden', for: 'f-high', text: 'Highest confidence' }),
        share('f-high', 'high', '1'),
      ),
    ),
    row(
      'f-order',
      'Sort',
      select('f-order', 'order', [
        ['suspicion', 'Suspicion, highest first'],
        ['random', 'Random'],
      ]),
    ),
    el(
      'label',
      { class: 'filter-check' },
      el('input', { type: 'checkbox', name: 'looked_at' }),
      'Include reviewed labels',
    ),
  );
  /** @type {HTMLSelectElement} */ (form.elements.namedItem('source')).value = source;
  for (const [name, value] of asked) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === 'checkbox')
      field.checked = value === 'true';
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      field.value = value;
  }
  form.addEventListener('change', onChange);
  form.addEventListener('submit', (event) => event.preventDefault());

  return {
    /** As the API asks for it; empty fields are left out. */
    query() {
      const data = new FormData(form);
      const query = new URLSearchParams();
      for (const [name, value] of data) {
        if (value !== '' && name !== 'looked_at') query.set(name, String(value));
      }
      if (data.has('looked_at')) query.set('looked_at', 'true');
      return query;
    },
    /** @param {string} name */
    valid: (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).validity.valid,
  };
}
