/** A job on the home page: as the one primary action, or as a row among the others. */

import { el, keycap } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { plural } from '../common/words.js';

/** @typedef {import('../common/api.js').JobCard} JobCard */

/** @type {Record<string, string>} */
const WORK = {
  draw: 'Draw boxes around every object.',
  audit: 'Check auto-labels: approve, correct or reject.',
  none: '',
};

/** @param {JobCard} job */
const addressOf = (job) => (job.kind === 'audit' && job.review_url ? job.review_url : job.work_url);

export const hasWork = (/** @type {JobCard} */ job) => job.kind !== 'none' && job.waiting > 0;

/** @param {JobCard} job */
function links(job) {
  const other = job.kind === 'audit' ? null : job.review_url;
  const drawing = job.work_url !== null;
  return [
    other &&
      el('a', {
        class: 'quiet-link',
        href: other,
        text: job.to_check ? `Review, ${job.to_check} waiting` : 'Review',
      }),
    drawing &&
      job.stopped_at &&
      el('a', { class: 'quiet-link', href: job.history_url, text: 'My answers' }),
    (job.answers > 0 || job.notes > 0) && notesLink(job),
    job.report_url && el('a', { class: 'quiet-link', href: job.report_url, text: 'Report' }),
    job.live_url && el('a', { class: 'quiet-link', href: job.live_url, text: 'Live page' }),
  ];
}

/** Answers to my notes; for reviewers, notes that nobody has answered. @param {JobCard} job */
function notesLink({ answers, notes, notes_url: href }) {
  const text = answers
    ? `${plural(answers, 'answer', 'answers')} to your notes`
    : `${plural(notes, 'note needs', 'notes need')} an answer`;
  return el('a', { class: 'quiet-link is-news', href }, icon('note'), text);
}

/** @param {JobCard} job */
const preview = ({ preview_url: src }) =>
  src ? el('img', { class: 'job-shot', src, alt: '', loading: 'lazy' }) : null;

/** @param {string} at */
const clock = (at) => {
  const then = new Date(at);
  const today = then.toDateString() === new Date().toDateString();
  return then.toLocaleString([], today ? { timeStyle: 'short' } : { dateStyle: 'medium' });
};

/** @param {JobCard} job */
function standing({ round, waiting }) {
  if (!round) return null;
  const { number, done, total, pace_s: seconds } = round;
  const minutes = seconds
    ? Math.max(1, Math.round((Math.min(waiting, total - done) * seconds) / 60))
    : 0;
  return [
    el('p', { class: 'under', text: `Round ${number}, ${done} of ${total} submissions.` }),
    el(
      'div',
      { class: 'standing' },
      el(
        'div',
        { class: 'bar' },
        el('span', { style: { width: `${(done / Math.max(1, total)) * 100}%` } }),
      ),
      minutes > 0 && el('span', { text: `about ${minutes} min left` }),
    ),
  ];
}

/** @param {JobCard} job */
export function primary(job) {
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
    preview(job),
    el(
      'div',
      { class: 'primary-words' },
      el('p', {
        class: 'over',
        text:
          job.stopped_at && job.kind === 'draw'
            ? `Last worked on ${clock(job.stopped_at)}`
            : 'Next for you',
      }),
      el('h2', { text: job.name }),
      el('p', { class: 'under', text: WORK[job.kind] }),
      ...(standing(job) ?? []),
      el(
        'div',
        { class: 'primary-actions' },
        go,
        el('span', { class: 'primary-links' }, ...links(job)),
      ),
    ),
  );
  // Enter continues where the person stopped.
  queueMicrotask(() => go.focus());
  return card;
}

/** @param {JobCard} job */
export function row(job) {
  return el(
    'li',
    { class: 'job-row' },
    preview(job),
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
