/** Suggested corrections: the annotator's boxes beside the label, taken or declined with a word. */

import { ApiError } from '../annotator/sync/api.js';
import { el, fill, keycap } from '../common/dom.js';
import { classStyle, figure } from '../common/figure.js';
import { icon } from '../common/icons.js';
import { speak } from '../common/speak.js';
import { composer } from '../common/threads.js';

/** @typedef {import('../common/threads.js').Thread} Thread */
/** @typedef {import('../common/threads.js').PicturedThread} PicturedThread */
/** @typedef {import('../common/threads.js').AnyThread} AnyThread */

/** @type {Record<string, string>} */
const SAID = {
  taken: 'Taken: these boxes became the label',
  declined: 'Declined: the label stayed',
  replaced: 'Replaced by a later suggestion',
};

/** @param {AnyThread} thread */
export const isOpen = (thread) => thread.suggestion !== null && !thread.closed;

/** The label and the suggestion as two pictures; annotators see their own boxes alone.
 * @param {PicturedThread} thread @param {import('../common/api.js').LabelClass[]} classes */
export function suggestionPictures({ image, by, mine, suggestion }, classes) {
  const style = classStyle(classes);
  const { boxes, label, outcome } = /** @type {NonNullable<PicturedThread['suggestion']>} */ (
    suggestion
  );
  /** @param {string} name @param {import('../common/api.js').Box[]} shown */
  const picture = (name, shown) =>
    el(
      'figure',
      { class: 'suggestion-side' },
      el(
        'div',
        { class: 'suggestion-shot', style: { 'aspect-ratio': `${image.width} / ${image.height}` } },
        figure(image, shown, style),
      ),
      el('figcaption', { text: `${name}, ${shown.length}` }),
    );
  return el(
    'div',
    { class: 'suggestion' },
    el(
      'p',
      { class: 'suggestion-head' },
      icon('pencil'),
      `${by} ${mine ? 'suggest' : 'suggests'} a correction`,
    ),
    el(
      'div',
      { class: 'suggestion-sides' },
      label && !outcome && picture('Label now', label.boxes),
      picture(mine ? 'Your boxes' : `${by}’s boxes`, boxes),
    ),
    outcome &&
      el(
        'p',
        { class: 'suggestion-end' },
        icon(outcome === 'taken' ? 'check' : 'undo'),
        SAID[outcome],
      ),
  );
}

/**
 * @param {object} page
 * @param {ReturnType<typeof import('../annotator/sync/api.js').createApi>} page.api
 * @param {(id: string) => string[]} page.keysOf
 * @param {import('./undo-bar.js').UndoBar} page.undoBar
 * @param {(text: string) => void} page.tell of what was refused
 * @param {(thread: Thread) => void} page.onChange the server's words
 */
export function createSuggestions({ api, keysOf, undoBar, tell, onChange }) {
  /** @param {AnyThread} thread */
  const url = (thread) => `/api/comments/${thread.id}/decision`;

  /** @param {AnyThread} thread */
  const undo = async (thread) => {
    try {
      onChange(await api.request('DELETE', url(thread)));
      speak('Decision undone');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell(error.message);
    }
  };
  /** @param {AnyThread} thread @param {Record<string, any>} body @param {string} said */
  const decide = async (thread, body, said) => {
    const changed = await api.request('PUT', url(thread), body);
    onChange(changed);
    undoBar.show(said, () => undo(thread));
    speak(said);
  };
  /** @param {AnyThread} thread */
  const take = async (thread) => {
    try {
      const label = thread.suggestion?.label?.id ?? null;
      await decide(thread, { take: true, label }, `${thread.by}’s boxes are the label now.`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell(error.message);
    }
  };

  /** @param {string} id @param {string} words @param {() => void} run @param {string} [style] */
  const button = (id, words, run, style = '') =>
    el(
      'button',
      { class: `button button-small ${style}`, on: { click: run } },
      words,
      el('span', { class: 'keys' }, ...keysOf(id).map(keycap)),
    );

  return {
    take,
    /** Undecided: its two buttons. @param {AnyThread} thread */
    foot(thread) {
      const foot = el('div', { class: 'thread-foot', 'data-decide': thread.id });
      const decline = () => {
        const field = composer({
          label: `Reason, for ${thread.by}`,
          send: 'Decline',
          onSend: (text) => decide(thread, { take: false, text }, 'Declined.'),
          onLeave: show,
        });
        fill(foot, field.root);
        field.focus();
      };
      const show = () =>
        fill(
          foot,
          button('take-theirs', 'Take these boxes', () => take(thread), 'button-primary'),
          button('decline', 'Decline…', decline),
        );
      show();
      foot.addEventListener('decline', decline);
      return foot;
    },
    /** @param {AnyThread} thread its foot is on the page */
    decline: (thread) =>
      document.querySelector(`[data-decide="${thread.id}"]`)?.dispatchEvent(new Event('decline')),
  };
}
