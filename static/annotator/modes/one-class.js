/** One class at a time: only its boxes show, Enter goes on to the next class, the last one sends. */

import { speak } from '../../common/speak.js';

/** @typedef {import('../../common/types.js').Handlers} Handlers */

/** @param {{editor: import('../editor.js').Editor,
 *   hints: ReturnType<typeof import('../panels/hints.js').startHints>}} workspace */
export function createOneClass({ editor, hints }) {
  const { classes } = editor;
  const { drawing, display } = editor.state;
  const place = () => classes.findIndex((entry) => entry.index === display.onlyClass);

  /** @param {number} at */
  const go = (at) => {
    const entry = classes[at];
    drawing.classId = entry.index;
    editor.choose([]);
    editor.set('display', { onlyClass: entry.index });
    const words = `Class ${at + 1} of ${classes.length}: ${entry.name}`;
    hints.notice(`${words}. Draw all of them, then go on to the next class.`);
    speak(words);
  };
  const end = () => {
    editor.set('display', { onlyClass: null });
    hints.notice('All classes again.');
  };

  const own = {
    'one-class': {
      when: () => drawing.editable,
      run: () => (display.onlyClass === null ? go(0) : end()),
    },
  };

  return {
    handlers: own,
    /** A new image starts with the first class. */
    open() {
      if (display.onlyClass !== null) go(0);
    },
    /** @param {Handlers} handlers @returns {Handlers} */
    wrap(handlers) {
      const more = () => place() >= 0 && place() < classes.length - 1;
      return {
        ...handlers,
        ...own,
        submit: {
          ...handlers.submit,
          run: () => (more() ? go(place() + 1) : handlers.submit.run()),
        },
      };
    },
    /** A class chosen by key or in the list is the one that shows. */
    follow() {
      editor.onChange(() => {
        const { onlyClass } = display;
        if (onlyClass !== null && onlyClass !== drawing.classId)
          editor.set('display', { onlyClass: drawing.classId });
      });
    },
  };
}
