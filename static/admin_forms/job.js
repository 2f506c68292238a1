/** Fills the job form from a preset and keeps the estimate beside it up to date. */

import { focusFirst } from './problems.js';

const presets = JSON.parse(
  /** @type {HTMLElement} */ (document.getElementById('job-presets')).textContent ?? '{}',
);
const known = JSON.parse(
  /** @type {HTMLElement} */ (document.getElementById('job-numbers')).textContent ?? '{}',
);

/**
 * @param {string} name
 * @returns {HTMLInputElement | null}
 */
function field(name) {
  return /** @type {HTMLInputElement | null} */ (document.getElementById(`id_${name}`));
}

/** @param {string} name */
function number(name) {
  return Number(field(name)?.value ?? 0);
}

/** @param {Record<string, unknown>} preset */
function fill(preset) {
  for (const [name, value] of Object.entries(preset)) {
    const input = field(name);
    if (!input) continue;
    const before = input.type === 'checkbox' ? input.checked : input.value;
    if (input.type === 'checkbox') input.checked = Boolean(value);
    else input.value = String(value);
    const after = input.type === 'checkbox' ? input.checked : input.value;
    if (before === after) continue;
    input.classList.add('just-filled');
    setTimeout(() => input.classList.remove('just-filled'), 2000);
  }
  estimate();
}

/** @param {number} value */
function money(value) {
  return `$${value.toFixed(2)}`;
}

function estimate() {
  const list = document.querySelector('#job-estimate dl');
  if (!list) return;
  const images = known.images;
  const most = number('annotators_per_image');
  // where answers decide, about one image in five takes another person
  const people = field('mode')?.value === 'independent' ? most : Math.min(most, 2.2);
  const assist = field('assist')?.checked ?? true;
  // a detector of an earlier job that knows all classes needs validation images only
  const learns =
    field('start_from')?.value && number('validation_size') ? 0 : number('training_size');
  const start = number('pilot_size') + number('validation_size') + learns;
  const least = assist ? Math.min(images, start) : images;
  const each = number('price_image') + number('price_answer') * people;
  const low = images * number('price_image') + least * people * number('price_answer');
  const audits = Math.min(images - least, number('audit_budget'));
  const rows = [
    ['Images', images ? String(images) : 'none yet'],
    ['By people, at least', String(least)],
    ['By people, at most', String(images)],
    ['Planned audits', assist ? String(Math.max(0, audits)) : 'none'],
    ['Cost, all manual', money(images * each)],
    ['Cost, at best', money(low)],
  ];
  list.replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const dt = document.createElement('dt');
      const dd = document.createElement('dd');
      dt.textContent = name;
      dd.textContent = value;
      return [dt, dd];
    }),
  );
}

for (const radio of document.querySelectorAll('input[name=preset]')) {
  radio.addEventListener('change', (event) => {
    const chosen = /** @type {HTMLInputElement} */ (event.target).value;
    fill(presets[chosen] ?? {});
  });
}
// A detector that comes from elsewhere looks before it is taught here, if validation images judge it.
field('start_from')?.addEventListener('change', () => {
  const draft = document.querySelector('input[name=preset]');
  if (draft && field('start_from')?.value && !number('validation_size'))
    fill({ validation_size: 50 });
});
focusFirst();
const jobForm = /** @type {HTMLFormElement | null} */ (document.getElementById('job_form'));
let edited = false;
jobForm?.addEventListener('input', () => {
  edited = true;
  estimate();
});
jobForm?.addEventListener('change', () => {
  edited = true;
});
/** Asks for an action by a form of its own, as nothing has to be saved. @param {string} url */
function post(url) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = url;
  const token = /** @type {HTMLInputElement} */ (
    document.querySelector('input[name=csrfmiddlewaretoken]')
  );
  form.append(token.cloneNode());
  document.body.append(form);
  form.submit();
}

// What was typed is saved before the job starts, pauses or is copied.
document.addEventListener('click', (event) => {
  const target = /** @type {Element} */ (event.target);
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest('a[data-action]'));
  if (!link || !jobForm) return;
  if (!edited && !('atOnce' in link.dataset)) return;
  event.preventDefault();
  if (!edited) return post(link.href);
  const then = document.createElement('input');
  then.type = 'hidden';
  then.name = '_then';
  then.value = link.dataset.action ?? '';
  jobForm.append(then);
  jobForm.requestSubmit();
  then.remove();
});
// Images that wait to be sent count already; those that came fit the sizes that nobody has changed.
document.addEventListener('imageschange', (event) => {
  const { images, sizes = {} } = /** @type {CustomEvent} */ (event).detail;
  known.images = images;
  for (const [name, size] of Object.entries(sizes)) {
    const input = field(name);
    if (!input || input.value !== input.defaultValue) continue;
    input.defaultValue = String(size);
    input.value = String(size);
  }
  estimate();
});
estimate();

/** A link to a field opens the part of the form that holds it. */
function unfold() {
  const wanted = document.getElementById(location.hash.slice(1));
  const part = wanted?.closest('details');
  if (!part || part.open) return;
  part.open = true;
  wanted?.focus();
}
window.addEventListener('hashchange', unfold);
unfold();
