/** Notes and their answers as people read and write them, on the canvas pages and in the list. */

import { el } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('./api.js').Box} Box */
/** @typedef {import('./api.js').ThreadAnswer} Answer */
/** @typedef {import('./api.js').Suggestion} Suggestion */
/** @typedef {import('./api.js').Thread} Thread */
/** @typedef {import('./api.js').PicturedThread} PicturedThread */
/** @typedef {Omit<Thread, 'image'>} AnyThread with the number of its image, or the picture */

/** @param {string} at */
const when = (at) => new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });

/** @param {{id: number, by: string, at: string, text: string, fresh?: boolean, removable: boolean}} said
 * @param {((id: number) => void)} [remove] */
const saying = ({ id, by, at, text, fresh, removable }, remove) =>
  el(
    'div',
    { class: 'saying' },
    el(
      'p',
      { class: 'saying-head' },
      el('strong', { text: by }),
      el('time', { datetime: at, text: when(at) }),
      fresh && el('span', { class: 'chip chip-new', text: 'new' }),
      removable &&
        remove &&
        el(
          'button',
          {
            class: 'link-button',
            title: 'Until somebody has read or answered it',
            on: { click: () => remove(id) },
          },
          'Delete',
        ),
    ),
    text && el('p', { class: 'saying-text', text }),
  );

/**
 * A field for words with its own keys: Ctrl+Enter sends, Escape leaves.
 * @param {{label: string, send: string, onSend: (text: string) => Promise<void>, onLeave?: () => void,
 *   text?: string, onInput?: (text: string) => void}} parts
 */
export function composer({ label, send, onSend, onLeave, text = '', onInput }) {
  const field = el('textarea', { rows: 3, maxlength: 2000, 'aria-label': label });
  field.value = text;
  const trouble = el('p', { class: 'field-error', role: 'alert' });
  const button = el('button', { class: 'button button-primary button-small' }, send);
  const submit = async () => {
    if (!field.value.trim()) return field.focus();
    button.disabled = true;
    trouble.textContent = '';
    try {
      await onSend(field.value.trim());
    } catch (error) {
      trouble.textContent = `${/** @type {Error} */ (error).message} Your words are still here.`;
    } finally {
      button.disabled = false;
    }
  };
  button.addEventListener('click', submit);
  field.addEventListener('input', () => onInput?.(field.value));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      onLeave?.();
    }
  });
  const cancel =
    onLeave && el('button', { class: 'button button-small', on: { click: onLeave } }, 'Cancel');
  const root = el(
    'div',
    { class: 'composer' },
    field,
    trouble,
    el(
      'div',
      { class: 'composer-foot' },
      el('kbd', { text: 'Ctrl' }),
      el('kbd', { text: 'Enter' }),
      el('span', { class: 'grow' }),
      cancel,
      button,
    ),
  );
  return { root, focus: () => field.focus() };
}

/**
 * @param {AnyThread} thread
 * @param {object} on
 * @param {boolean} on.mayAnswer
 * @param {(text: string) => Promise<void>} on.answer
 * @param {(closed: boolean) => void} on.close
 * @param {(id: number) => void} [on.remove] takes words back that nobody has read or answered
 * @param {HTMLElement|null} [on.body] what belongs to the note besides its words
 * @param {HTMLElement|null} [on.foot] in place of the usual buttons
 * @param {number} [on.number] of its pin
 */
export function threadCard(thread, { mayAnswer, answer, close, remove, body, foot: own, number }) {
  const foot = el('div', { class: 'thread-foot' });
  const showButtons = () =>
    foot.replaceChildren(
      ...(mayAnswer
        ? [
            el(
              'button',
              { class: 'button button-small', on: { click: write } },
              thread.mine ? 'Add' : 'Answer',
            ),
          ]
        : []),
      // what becomes of a suggestion is decided, not only closed
      ...((mayAnswer || thread.mine) && !thread.suggestion
        ? [
            el(
              'button',
              { class: 'link-button', on: { click: () => close(!thread.closed) } },
              icon('check'),
              thread.closed ? 'Open again' : 'Done',
            ),
          ]
        : []),
    );
  const write = () => {
    const field = composer({
      label: 'Answer',
      send: 'Send',
      onSend: answer,
      onLeave: showButtons,
    });
    foot.replaceChildren(field.root);
    field.focus();
  };
  showButtons();
  return el(
    'article',
    { class: thread.closed ? 'thread is-closed' : 'thread', 'data-thread': thread.id },
    el(
      'div',
      { class: 'thread-top' },
      number !== undefined && el('span', { class: 'pin-number', text: number }),
      saying(thread, remove),
    ),
    body,
    ...thread.answers.map((said) => saying(said, remove)),
    own ?? foot,
  );
}
