/** The corrections suggested of the open image, in the side panel of pages with a canvas. */

import { el, fill, must } from '../common/dom.js';
import { threadCard } from '../common/threads.js';
import { createSuggestions, isOpen, suggestionPictures } from './suggestions.js';

/** @typedef {import('../common/threads.js').Thread} Thread */
/** @typedef {import('../common/threads.js').PicturedThread} PicturedThread */
/** @typedef {import('../common/threads.js').AnyThread} AnyThread */

/**
 * @param {PicturedThread[]} first
 * @param {object} page
 * @param {ReturnType<typeof import('../annotator/sync/api.js').createApi>} page.api
 * @param {import('../common/api.js').LabelClass[]} page.classes
 * @param {(id: string) => string[]} page.keysOf
 * @param {import('./undo-bar.js').UndoBar} page.undoBar
 * @param {(text: string) => void} page.tell
 * @param {(thread: Thread) => void} page.onChange the image may have another label now
 */
export function createSuggested(first, { api, classes, keysOf, undoBar, tell, onChange }) {
  const root = el('section', { class: 'section', 'data-suggested': true, hidden: true });
  must('.panel-scroll').prepend(root);
  let threads = first;
  const suggestions = createSuggestions({
    api,
    keysOf,
    undoBar,
    tell,
    onChange(changed) {
      threads = threads.map((thread) =>
        thread.id === changed.id ? { ...changed, image: thread.image } : thread,
      );
      show();
      onChange(changed);
    },
  });
  const show = () => {
    root.hidden = !threads.length;
    // On a phone the panel is low, and the browser would keep what stood there in view.
    if (threads.length) must('.panel-scroll').scrollTop = 0;
    fill(
      root,
      ...threads.map((thread) =>
        threadCard(thread, {
          mayAnswer: false,
          answer: async () => {},
          close: () => {},
          body: suggestionPictures(thread, classes),
          foot: isOpen(thread) ? suggestions.foot(thread) : null,
        }),
      ),
    );
  };
  const next = () => threads.find(isOpen);
  const when = () => next() !== undefined;
  /** @param {(thread: AnyThread) => void} act */
  const onNext = (act) => () => {
    const thread = next();
    if (thread) act(thread);
  };

  return {
    show,
    /** Another image is open. @param {PicturedThread[]} others */
    set(others) {
      threads = others;
      show();
    },
    /** @type {import('../common/types.js').Handlers} */
    handlers: {
      'take-theirs': { when, run: onNext(suggestions.take) },
      decline: { when, run: onNext(suggestions.decline) },
    },
  };
}
