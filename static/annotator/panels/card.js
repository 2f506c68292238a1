/** The card in place of an image: nothing waiting, or the image does not load. */

import { el, fill, must } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { speak } from '../../common/speak.js';
import { plural } from '../../common/words.js';

/** @type {Record<string, string>} */
const TITLES = {
  work: 'Loading…',
  machine: 'Nothing waiting',
  taken: 'Nothing waiting',
  complete: 'This job is complete',
  paused: 'This job is paused',
  not_started: 'This job has not started',
};

/** @param {boolean} lasting whether what waits outlasts the page */
export function createCard(lasting = true) {
  const wish = lasting ? 'saved here. Keep this browser’s data' : 'on this page only. Keep it open';
  /** @param {number} waiting answers not yet sent */
  const kept = (waiting) =>
    waiting ? `${plural(waiting, 'answer is', 'answers are')} ${wish} until they are sent. ` : '';
  const root = must('[data-card]');
  let said = '';

  /** @param {string} mark @param {string} title @param {string} text @param {Node[]} actions */
  const show = (mark, title, text, actions) => {
    root.hidden = false;
    if (said === title + text) return;
    said = title + text;
    fill(
      root,
      el('span', { class: 'card-mark' }, icon(mark)),
      el('h2', { text: title }),
      el('p', { text }),
      el('div', { class: 'card-actions' }, ...actions),
    );
    speak(`${title}. ${text}`);
  };

  return {
    hide() {
      root.hidden = true;
      said = '';
    },
    /** @param {import('../../common/api.js').Queue|null} queue */
    empty(queue) {
      const reason = queue?.reason ?? 'none';
      const title = TITLES[reason] ?? 'Nothing waiting';
      // The server's sentence may begin with what the title says already.
      const text = (queue?.message ?? '').replace(new RegExp(`^${title}[.:]?\\s*`), '');
      if (reason === 'work')
        return show('clock', title, 'The next images are on their way.', [
          el('a', { class: 'button', href: '/', text: 'My jobs' }),
        ]);
      const waits = ['machine', 'taken', 'paused', 'not_started'].includes(reason);
      const again = waits ? ' This page checks again by itself.' : '';
      const mark = reason === 'complete' ? 'check' : reason === 'paused' ? 'pause' : 'clock';
      show(mark, title, text + again, [el('a', { class: 'button', href: '/', text: 'My jobs' })]);
    },
    /** The server answers, but not with work. @param {'busy'|'signed_out'|string} kind
     * @param {number} waiting answers not yet sent @param {() => void} retry @param {() => void} signIn */
    trouble(kind, waiting, retry, signIn) {
      const again = el('button', { class: 'button', text: 'Try again', on: { click: retry } });
      if (kind === 'signed_out')
        return show('warn', 'You were signed out', `${kept(waiting)}Sign in to go on.`, [
          el('button', { class: 'button button-primary', text: 'Sign in', on: { click: signIn } }),
        ]);
      show(
        'warn',
        'Server error',
        `${kept(waiting)}This page tries again by itself; nothing is lost meanwhile.`,
        [again],
      );
    },
    /** @param {number} waiting answers not yet sent @param {() => void} retry */
    offline(waiting, retry) {
      const text = `There are no more images here. ${kept(waiting)}This page tries again by itself.`;
      show('cloud', 'You are offline', text, [
        el('button', { class: 'button', text: 'Try again', on: { click: retry } }),
      ]);
    },
    /** @param {() => void} retry @param {(() => void)|null} skip */
    broken(retry, skip) {
      show('warn', 'This image could not be loaded', 'Your boxes, if you drew any, are kept.', [
        el('button', { class: 'button', text: 'Try again', on: { click: retry } }),
        ...(skip
          ? [el('button', { class: 'button', text: 'Report and skip', on: { click: skip } })]
          : []),
      ]);
    },
  };
}
