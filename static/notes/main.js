/** The notes of a job: each with its place on the picture, answered by reviewers. */

import { ApiError, createApi } from '../annotator/sync/api.js';
import { startChrome } from '../common/chrome.js';
import { el, fill, must, pageData } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { createSignIn } from '../common/sign-in.js';
import { speak } from '../common/speak.js';
import { threadCard } from '../common/threads.js';
import { createPlainPage } from '../review/plain-page.js';
import { createSuggestions, isOpen, suggestionPictures } from '../review/suggestions.js';
import { createUndoBar } from '../review/undo-bar.js';

/** @typedef {import('../common/threads.js').Thread} Thread */
/** @typedef {import('../common/threads.js').PicturedThread} PicturedThread */
/** @typedef {import('../common/threads.js').AnyThread} AnyThread */

/** @type {import('../common/api.js').NotesPage} */
const data = pageData();
const api = createApi({
  userId: data.user.id,
  signIn: createSignIn(data.user).ask,
});
const root = must('[data-list]');
/** @type {PicturedThread[]} */
let threads = data.threads;
startChrome();

/** @param {Thread} changed the server's words; the picture stays */
const keep = (changed) => {
  threads = threads.map((thread) =>
    thread.id === changed.id ? { ...changed, image: thread.image } : thread,
  );
  show();
  focusOn(threads.findIndex(({ id }) => id === changed.id));
};

/** @param {PicturedThread} thread */
const row = (thread) => {
  const { image } = thread;
  const shot = el(
    'div',
    { class: 'note-shot' },
    el('img', { src: image.preview_url, alt: image.name, loading: 'lazy' }),
    el('i', {
      class: 'note-pin',
      style: {
        left: `${(thread.x / image.width) * 100}%`,
        top: `${(thread.y / image.height) * 100}%`,
      },
    }),
  );
  shot.style.setProperty('aspect-ratio', `${image.width} / ${image.height}`);
  const card = threadCard(thread, {
    mayAnswer: data.can_answer || thread.mine,
    answer: async (text) => {
      const changed = await api.post(`/api/comments/${thread.id}/answers`, { text });
      speak('Answer sent');
      keep(changed);
      const mine = changed.answers.at(-1);
      if (mine?.removable) undoBar.show('Answer sent.', () => remove(thread, mine.id));
    },
    close: (closed) => close(thread, closed),
    remove: (id) => remove(thread, id),
    body: thread.suggestion && suggestionPictures(thread, data.classes),
    foot: data.can_answer && isOpen(thread) ? suggestions.foot(thread) : null,
  });
  return thread.suggestion
    ? el('section', { class: 'note-row is-wide', tabindex: '0' }, card)
    : el('section', { class: 'note-row', tabindex: '0' }, shot, card);
};

/** @param {string} message */
const tell = (message) => {
  speak(message, 'assertive');
  hints.notice(message);
};

/** @param {AnyThread} thread @param {boolean} closed */
const close = async (thread, closed) => {
  try {
    keep(await api.request('PUT', `/api/comments/${thread.id}`, { closed }));
    undoBar.show(closed ? 'Done.' : 'Open again.', () => close(thread, !closed));
    speak(closed ? 'Done' : 'Open again');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message);
  }
};

/** @param {AnyThread} thread @param {number} id of the note itself or of an answer */
const remove = async (thread, id) => {
  try {
    const { thread: left } = await api.request('DELETE', `/api/comments/${id}`);
    if (left) keep(left);
    else {
      threads = threads.filter((other) => other.id !== thread.id);
      show();
      focusOn(0);
    }
    speak('Undone');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message);
  }
};

function show() {
  fill(root, ...threads.map(row));
  const open = threads.filter((thread) => !thread.closed).length;
  must('[data-card]').hidden = threads.length > 0;
  root.hidden = !threads.length;
  fill(
    must('[data-card]'),
    el('span', { class: 'card-mark' }, icon('check')),
    el('h2', { text: 'No notes' }),
    el('p', { text: 'A note pinned to a place on an image appears here.' }),
  );
  fill(
    must('[data-about]'),
    el('h2', { class: 'section-title', text: 'Notes' }),
    el('p', { class: 'pair' }, el('span', { text: 'Open' }), el('strong', { text: open })),
    el(
      'p',
      { class: 'pair' },
      el('span', { text: 'Done' }),
      el('strong', { text: threads.length - open }),
    ),
    el('p', {
      class: 'section-help',
      text: data.can_answer
        ? 'Until an image has its label, only its writer and reviewers read a note: it must not tell others what somebody drew. So answer with the rule, not with what others did.'
        : 'Until an image has its label, you read your own notes on it only. After that, you read the others’ too.',
    }),
  );
}

const rows = () => /** @type {HTMLElement[]} */ ([...root.querySelectorAll('.note-row')]);
/** @param {number} place */
const focusOn = (place) => {
  const all = rows();
  all[Math.min(Math.max(place, 0), all.length - 1)]?.focus();
};
const here = () => rows().findIndex((node) => node.contains(document.activeElement));
/** @param {string} words */
const press = (words) => () => {
  const buttons = [...(rows()[Math.max(here(), 0)]?.querySelectorAll('.thread-foot button') ?? [])];
  /** @type {HTMLElement|undefined} */ (
    buttons.find((button) => words.includes(button.textContent ?? ''))
  )?.click();
};
const any = () => threads.length > 0;
const page = createPlainPage('notes', root, [
  ['note-back note-on', 'notes'],
  ['answer', 'answer'],
  ['close', 'done'],
  ...(data.can_answer
    ? /** @type {[string, string][]} */ ([
        ['take-theirs', 'take suggested boxes'],
        ['decline', 'decline them'],
      ])
    : []),
  ['help', 'all keys'],
]);
const { hints } = page;
const undoBar = createUndoBar(must('.stage'), () => page.keysOf('back'));
const suggestions = createSuggestions({
  api,
  keysOf: page.keysOf,
  undoBar,
  tell,
  onChange: keep,
});
const current = () => threads[Math.max(here(), 0)];
const undecided = () => data.can_answer && threads.length > 0 && isOpen(current());
page.start({
  'take-theirs': { when: undecided, run: () => suggestions.take(current()) },
  decline: { when: undecided, run: () => suggestions.decline(current()) },
  back: { when: () => undoBar.shown, run: () => undoBar.run() },
  'note-on': { when: any, run: () => focusOn(here() + 1) },
  'note-back': { when: any, run: () => focusOn(here() - 1) },
  answer: { when: any, run: press('Answer Add') },
  close: { when: any, run: press('Done Open again') },
});
show();
focusOn(0);
