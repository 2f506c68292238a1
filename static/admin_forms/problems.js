/** What is wrong with the job form: a list at its top, a sentence at each field, the focus at the first. */

import { el, fill, must } from '../common/dom.js';

/** @typedef {{text: string, field?: string, name?: string}} Problem `field`: the id of its input */

const INPUT = 'input, select, textarea';

/** @param {Problem[]} problems none: what was said before goes */
export function showProblems(problems) {
  const form = must('#job_form');
  const summary = must('#job-errors');
  for (const old of form.querySelectorAll('.errorlist')) old.remove();
  for (const old of form.querySelectorAll('.errors')) old.classList.remove('errors');
  for (const old of form.querySelectorAll('[aria-invalid]')) old.removeAttribute('aria-invalid');
  fill(
    summary,
    ...problems.map(({ field, name, text }) =>
      el('li', {}, field && el('a', { href: `#${field}`, text: name }), field && ': ', text),
    ),
  );
  summary.hidden = !problems.length;
  for (const { field = '', text } of problems) {
    const input = document.getElementById(field);
    if (!input?.matches(INPUT)) continue;
    input.setAttribute('aria-invalid', 'true');
    const help = document.getElementById(`${field}_helptext`)?.id ?? '';
    input.setAttribute('aria-describedby', `${field}_error ${help}`.trim());
    const place = input.closest('td') ?? input.closest('.form-row');
    place?.classList.add('errors');
    place?.prepend(el('ul', { class: 'errorlist', id: `${field}_error` }, el('li', { text })));
  }
  focusFirst();
}

/** To the first field that is to be corrected, in whatever folded part it is; else to the list. */
export function focusFirst() {
  const summary = must('#job-errors');
  if (summary.hidden) return;
  const link = summary.querySelector('a');
  const first = document.getElementById(link?.hash.slice(1) ?? '');
  const part = first?.closest('details');
  if (part) part.open = true;
  if (first?.matches(INPUT)) first.focus();
  else summary.focus();
}
