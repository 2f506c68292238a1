/** Marks outlast a reload: they are work until the server has them. */

import { recallList, remember } from '../../common/storage.js';

/** @typedef {import('./marks.js').Mark} Mark */
/** @typedef {ReturnType<typeof createKept>} Kept */

/** @param {string} name in this browser's storage */
export function createKept(name) {
  /** @returns {[number, Mark][]} */
  const marks = () => recallList(name);
  /** @param {[number, Mark][]} entries */
  const write = (entries) => remember(name, JSON.stringify(entries));
  return {
    marks,
    /** Those of other pages stay. @param {import('./marks.js').Marks} page */
    keep(page) {
      const others = marks().filter(([id]) => !page.ids.includes(id));
      write([...others, ...page.entries()]);
    },
    /** The server has these. @param {number[]} ids */
    drop(ids) {
      write(marks().filter(([id]) => !ids.includes(id)));
    },
  };
}
