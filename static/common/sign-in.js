/** Signing in again over the open page: nothing on it is lost, and nothing is sent for another person. */

import { signIn } from './account.js';
import { el, fill } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('./api.js').User} User */
/** @typedef {() => Promise<boolean>} AskToSignIn true: the page's own person is signed in again */

/** No dialog opens into a stroke or a word: so long nobody must have touched anything. */
const QUIET_MS = 800;

/** @param {User} owner whose page this is */
export function createSignIn(owner) {
  /** @type {HTMLDialogElement|null} */
  let dialog = null;
  /** @type {((back: boolean) => void)[]} */
  let asking = [];
  let back = false;
  let touchedAt = 0;
  for (const kind of ['keydown', 'pointerdown', 'pointermove'])
    document.addEventListener(
      kind,
      (event) => {
        if (kind !== 'pointermove' || /** @type {PointerEvent} */ (event).buttons)
          touchedAt = Date.now();
      },
      { capture: true, passive: true },
    );

  const make = () => {
    const made = el('dialog', { class: 'dialog sign-in', 'aria-labelledby': 'sign-in-title' });
    made.addEventListener('close', () => {
      const answered = asking;
      asking = [];
      for (const answer of answered) answer(back);
    });
    document.body.append(made);
    return made;
  };

  /** @param {string} title @param {...import('./dom.js').Child} parts */
  const show = (title, ...parts) => {
    dialog ??= make();
    fill(
      dialog,
      el(
        'header',
        { class: 'dialog-head' },
        el('h2', { id: 'sign-in-title', text: title }),
        el(
          'button',
          { class: 'icon-button', 'aria-label': 'Later', on: { click: leave } },
          icon('cross'),
        ),
      ),
      ...parts,
    );
    if (!dialog.open) dialog.showModal();
  };
  const leave = () => dialog?.close();

  const showForm = () => {
    const name = el('input', {
      id: 'sign-in-name',
      autocomplete: 'username',
      autocapitalize: 'none',
      required: true,
      maxlength: 150,
    });
    name.value = owner.login;
    const password = el('input', {
      id: 'sign-in-password',
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      'aria-describedby': 'sign-in-trouble',
    });
    const trouble = el('p', { class: 'field-error', id: 'sign-in-trouble', role: 'alert' });
    const send = el('button', { type: 'submit', class: 'button button-primary' }, 'Sign in');
    /** @param {Event} event */
    const submit = async (event) => {
      event.preventDefault();
      send.disabled = true;
      trouble.textContent = '';
      try {
        const user = await signIn(name.value.trim(), password.value);
        if (user.id !== owner.id) return showOther(user);
        back = true;
        leave();
      } catch (error) {
        trouble.textContent = error instanceof Error ? error.message : String(error);
        password.select();
      } finally {
        send.disabled = false;
      }
    };
    show(
      'You were signed out',
      el(
        'form',
        { class: 'sign-in-body', on: { submit } },
        el('p', { text: 'Your work is saved here. Sign in to send it and go on.' }),
        el('div', { class: 'field' }, el('label', { for: name.id, text: 'Name' }), name),
        el(
          'div',
          { class: 'field' },
          el('label', { for: password.id, text: 'Password' }),
          password,
        ),
        trouble,
        el(
          'div',
          { class: 'sign-in-foot' },
          el(
            'button',
            { class: 'button', on: { click: leave } },
            'Later ',
            el('kbd', { text: 'Esc' }),
          ),
          send,
        ),
      ),
    );
    password.focus();
  };

  /** @param {User} user */
  const showOther = (user) => {
    const mine = el('a', {
      class: 'button button-primary',
      href: '/',
      text: `Work as ${user.name}`,
    });
    show(
      `You are ${user.name} now`,
      el(
        'div',
        { class: 'sign-in-body' },
        el('p', {
          text: `What is open here belongs to ${owner.name}. It stays on this computer until ${owner.name} signs in again, and is never sent in your name.`,
        }),
        el(
          'div',
          { class: 'sign-in-foot' },
          el('button', {
            class: 'button',
            text: `Sign in as ${owner.name}`,
            on: { click: showForm },
          }),
          mine,
        ),
      ),
    );
    mine.focus();
  };

  /** Opens the dialog, or joins the one that is open. @type {AskToSignIn} */
  const ask = () =>
    new Promise((answer) => {
      asking.push(answer);
      if (dialog?.open) return;
      back = false;
      showForm();
    });

  return {
    ask,
    /** The same as soon as the person rests, if it is needed then.
     * @param {() => boolean} needed @returns {Promise<boolean>} */
    async askWhenQuiet(needed) {
      for (let wait = 1; wait > 0; ) {
        wait = touchedAt + QUIET_MS - Date.now();
        if (wait > 0) await new Promise((done) => setTimeout(done, wait));
      }
      return needed() && ask();
    },
    /** Signed in elsewhere meanwhile. */
    close() {
      back = true;
      leave();
    },
  };
}
