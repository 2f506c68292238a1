/** After sign-in: one primary action, the other jobs, today's figures, and what is not yet sent. */

import { createApi } from '../annotator/sync/api.js';
import { createOutbox } from '../annotator/sync/outbox.js';
import { openStore } from '../annotator/sync/store.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, must, pageData } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { plural } from '../common/words.js';
import { hasWork, primary, row } from './job-cards.js';
import { showToday } from './today.js';

/** @typedef {import('./job-cards.js').JobCard} JobCard */

/** @type {import('../common/api.js').HomePage} */
const data = pageData();

function showJobs() {
  const first = data.jobs.find(hasWork);
  const rest = data.jobs.filter((job) => job !== first);
  const empty = el(
    'section',
    { class: 'card primary' },
    el(
      'div',
      { class: 'primary-words' },
      el('h2', { text: 'No jobs yet' }),
      el('p', {
        class: 'under',
        text: data.user.is_manager
          ? 'Create one with “New job”. A job that a manager adds you to appears here, too.'
          : 'When a manager adds you to a job, it appears here.',
      }),
    ),
  );
  fill(
    must('[data-jobs]'),
    first ? primary(first) : !rest.length && empty,
    rest.length > 0 &&
      el('h2', { class: 'other-title', text: first ? 'My other jobs' : 'My jobs' }),
    rest.length > 0 && el('ul', { class: 'card job-rows' }, ...rest.map(row)),
  );
}

/** @param {{waiting: number, refused: unknown[], trouble: string|null}} state */
function showSent({ waiting, refused, trouble }) {
  const open = waiting + refused.length;
  const text = refused.length
    ? 'The server refused some. Open the job to see which box it is about.'
    : trouble
      ? 'They stay on this computer and are sent when the server can be reached.'
      : 'They are on their way.';
  fill(
    must('[data-sent-card]'),
    el(
      'p',
      { class: open ? 'sent-title is-warn' : 'sent-title' },
      icon(open ? 'warn' : 'check'),
      open ? `${plural(open, 'answer is', 'answers are')} not yet sent` : 'All your work is sent',
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
showToday(must('[data-today]'), data.today);

const api = createApi({ userId: data.user.id });
const store = await openStore(data.user.id);
const outbox = createOutbox({
  store: store.items,
  send: ({ method, url, body }) => api.request(method, url, { ...body, hold: [] }),
  onSent: (item) => store.removeDraft(item.assignment),
  onState: showSent,
});
window.addEventListener('online', () => outbox.flush());
await outbox.flush();
