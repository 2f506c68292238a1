/** What I sent in this job, with thumbnails; a submission can be edited until its image is consolidated, and
 * afterwards a correction of it can be suggested to the reviewers. */

import { ApiError, createApi } from '../annotator/sync/api.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, must, pageData } from '../common/dom.js';
import { classStyle, figure } from '../common/figure.js';
import { icon } from '../common/icons.js';
import { speak } from '../common/speak.js';
import { plural } from '../common/words.js';

/** @typedef {import('../common/api.js').OwnAnswer} Given */

/** @type {import('../common/api.js').HistoryPage} */
const data = pageData();
const api = createApi({ userId: data.user.id });
const list = must('[data-answers]');
const more = /** @type {HTMLButtonElement} */ (must('[data-more]'));
const style = classStyle(data.classes);
let next = data.first.next;
startChrome();
listenForThemeKey();

/** What became of the correction that I suggested. @param {Given} answer */
function outcomeOf({ suggestion }) {
  if (!suggestion) return null;
  const { outcome, words } = suggestion;
  if (outcome === 'taken') return ['check', 'Your correction was accepted'];
  if (outcome === 'declined') return ['undo', `Correction declined: ${words}`];
  return ['clock', 'Your correction is waiting for review'];
}

/** @param {Given} answer */
function state({ changeable, extra, labelled }) {
  if (changeable) return { mark: 'pencil', words: 'Can be changed' };
  if (extra) return { mark: 'clock', words: 'Extra submission: the image had been reassigned' };
  return { mark: 'check', words: labelled ? `Finished, label by ${labelled}` : 'Finished' };
}

/** @param {Given} answer */
function card(answer) {
  const { mark, words } = state(answer);
  const count = plural(answer.boxes.length, 'box', 'boxes');
  const when = new Date(answer.at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  const inside = [
    el('div', { class: 'history-shot' }, figure(answer.image, answer.boxes, style, { lazy: true })),
    el('strong', { text: answer.image.name }),
    el('span', {
      class: 'quiet',
      text: `${count}${answer.active_s ? `, ${Math.max(1, Math.round(answer.active_s))} s` : ''} · ${when}`,
    }),
    el('span', { class: `history-state is-${mark}` }, icon(mark), words),
  ];
  const became = outcomeOf(answer);
  if (became)
    inside.push(el('span', { class: `history-state is-${became[0]}` }, icon(became[0]), became[1]));
  const address = answer.changeable
    ? `${data.job.work_url}?assignment=${answer.id}`
    : answer.suggest_url;
  if (!address) return el('li', {}, el('div', { class: 'card-link is-final' }, ...inside));
  const verb = answer.changeable ? 'Change' : 'Suggest a correction';
  inside.push(
    el('span', { class: 'history-verb', text: became?.[0] === 'clock' ? 'Change it' : verb }),
  );
  return el(
    'li',
    {},
    el(
      'a',
      {
        class: 'card-link',
        href: address,
        'aria-label': `${verb}${answer.changeable ? '' : ' of'} ${answer.image.name}, ${count}${became ? `. ${became[1]}` : ''}`,
      },
      ...inside,
    ),
  );
}

/** @param {{answers: Given[], next: number|null}} page */
function add(page) {
  list.append(...page.answers.map(card));
  next = page.next;
  more.hidden = next === null;
}

more.addEventListener('click', async () => {
  more.disabled = true;
  const at = list.childElementCount;
  try {
    add(await api.get(`${data.answers_url}?before=${next}`));
    /** @type {HTMLElement|null} */ (list.children[at]?.querySelector('a'))?.focus();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    speak(error.message, 'assertive');
    fill(must('[data-about]'), error.message);
  } finally {
    more.disabled = false;
  }
});

fill(
  must('[data-about]'),
  ...(data.first.answers.length
    ? [
        'You can edit a submission until its image is consolidated. After that, open it to suggest a correction: a reviewer takes it or explains why not.',
      ]
    : [
        'You have not sent anything in this job yet. ',
        el('a', { href: data.job.work_url, text: 'Draw its images' }),
      ]),
);
add(data.first);
list.querySelector('a')?.focus();
