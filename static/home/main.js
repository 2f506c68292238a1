/** After sign-in: one primary action, the other jobs, today's figures, and what is not yet sent. */

import { createApi } from '../annotator/api.js';
import { createOutbox } from '../annotator/outbox.js';
import { openStore } from '../annotator/store.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, keycap, must, pageData } from '../common/dom.js';
import { icon } from '../common/icons.js';

/** @typedef {{slug: string, name: string, state: string, kind: 'draw'|'audit'|'none', waiting: number,
 *   message: string, work_url: string, review_url: string|null, live_url: string|null,
 *   roles: string[]}} JobCard */

/** @type {{user: import('../common/types.js').User, csrf_header: string, jobs: JobCard[],
 *   today: {images: number, median_s: number|null}}} */
const data = pageData();

/** @type {Record<string, string>} */
const WORK = {
  draw: 'Draw boxes around every object.',
  audit: 'Check auto-labels: approve, correct or reject.',
  none: '',
};

/** @param {JobCard} job */
const addressOf = (job) => (job.kind === 'audit' && job.review_url ? job.review_url : job.work_url);

const hasWork = (/** @type {JobCard} */ job) => job.kind !== 'none' && job.waiting > 0;

/** @param {JobCard} job */
function links(job) {
  const other = job.kind === 'audit' ? null : job.review_url;
  return [
    other && el('a', { class: 'quiet-link', href: other, text: 'Review' }),
    job.live_url && el('a', { class: 'quiet-link', href: job.live_url, text: 'Live page' }),
  ];
}

/** @param {JobCard} job */
function primary(job) {
  const go = el(
    'a',
    { class: 'button button-primary primary-action', href: addressOf(job) },
    job.kind === 'audit' ? 'Review' : 'Continue',
    el('span', { class: 'primary-count', text: `${job.waiting} waiting` }),
    keycap('Enter'),
  );
  const card = el(
    'section',
    { class: 'card primary' },
    el('p', { class: 'over', text: 'Next for you' }),
    el('h2', { text: job.name }),
    el('p', { class: 'under', text: WORK[job.kind] }),
    el('div', { class: 'primary-actions' }, go, ...links(job)),
  );
  // Enter continues where the person stopped.
  queueMicrotask(() => go.focus());
  return card;
}

/** @param {JobCard} job */
function row(job) {
  return el(
    'li',
    { class: 'job-row' },
    el(
      'div',
      { class: 'job-words' },
      el('h3', { text: job.name }),
      el('p', {
        text: hasWork(job)
          ? WORK[job.kind]
          : job.state === 'complete'
            ? 'Complete'
            : job.roles.join(', '),
      }),
    ),
    !hasWork(job) &&
      job.message &&
      el('p', { class: 'job-why' }, icon('clock'), el('span', { text: job.message })),
    el(
      'div',
      { class: 'job-links' },
      ...links(job),
      hasWork(job) &&
        el(
          'a',
          { class: 'button', href: addressOf(job) },
          job.kind === 'audit' ? 'Review' : 'Continue',
          el('span', { class: 'quiet', text: `${job.waiting} waiting` }),
        ),
    ),
  );
}

function showJobs() {
  const first = data.jobs.find(hasWork);
  const rest = data.jobs.filter((job) => job !== first);
  const empty = el(
    'section',
    { class: 'card primary' },
    el('h2', { text: 'No jobs yet' }),
    el('p', { class: 'under', text: 'When a manager adds you to a job, it appears here.' }),
  );
  fill(
    must('[data-jobs]'),
    first ? primary(first) : !rest.length && empty,
    rest.length > 0 &&
      el('h2', { class: 'other-title', text: first ? 'My other jobs' : 'My jobs' }),
    rest.length > 0 && el('ul', { class: 'card job-rows' }, ...rest.map(row)),
  );
}

function showToday() {
  const { images, median_s: seconds } = data.today;
  fill(
    must('[data-today]'),
    el('h2', { class: 'card-title', text: 'Today' }),
    el('p', { class: 'figure', text: images }),
    el('p', { class: 'figure-words', text: images === 1 ? 'image' : 'images' }),
    seconds !== null && el('hr'),
    seconds !== null && el('p', { class: 'figure', text: `${Math.round(seconds)} s` }),
    seconds !== null && el('p', { class: 'figure-words', text: 'an image, median' }),
  );
}

/** @param {{waiting: number, refused: unknown[], trouble: string|null}} state */
function showSent({ waiting, refused, trouble }) {
  const open = waiting + refused.length;
  const text = refused.length
    ? 'The server refused some. Open the job to see which box is meant.'
    : trouble
      ? 'They stay on this computer and are sent when the server can be reached.'
      : 'They are on their way.';
  fill(
    must('[data-sent-card]'),
    el(
      'p',
      { class: open ? 'sent-title is-warn' : 'sent-title' },
      icon(open ? 'warn' : 'check'),
      open
        ? `${open} ${open === 1 ? 'answer is' : 'answers are'} not yet sent`
        : 'All your work is sent',
    ),
    el('p', { class: 'figure-words', text: open ? text : 'Nothing is kept only in this browser.' }),
  );
}

function greet() {
  const hour = new Date().getHours();
  const part = hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
  must('[data-greeting]').textContent = `Good ${part}, ${data.user.name.split(' ')[0]}`;
}

startChrome();
listenForThemeKey();
greet();
showJobs();
showToday();

const api = createApi({ userId: data.user.id, header: data.csrf_header });
const store = await openStore(data.user.id);
const outbox = createOutbox({
  store: store.items,
  send: ({ method, url, body }) => api.request(method, url, { ...body, hold: [] }),
  onSent: (item) => store.removeDraft(item.seat),
  onState: showSent,
});
window.addEventListener('online', () => outbox.flush());
await outbox.flush();
