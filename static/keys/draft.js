/** The keys as they are being chosen: what differs from what is saved, what clashes, what a swap would do. */

import { PAGE_IDS, PAGES, rowsOn } from '../annotator/commands/pages.js';
import { asChosen, difference, FIXED, fromFile, holder, toFile } from '../annotator/core/keymap.js';

/** @typedef {import('../annotator/commands/pages.js').Named} Row */
/** @typedef {import('../annotator/commands/pages.js').PageId} PageId */
/** @typedef {import('../annotator/core/keymap.js').KeyMap} KeyMap */
/** @typedef {ReturnType<typeof createDraft>} Draft */

/** @param {() => KeyMap} saved */
export function createDraft(saved) {
  const pages = PAGE_IDS.map(rowsOn);
  let keys = { ...saved() };
  /** @param {KeyMap} own */
  const text = (own) => JSON.stringify(Object.entries(difference(pages, own)).sort());

  return {
    /** What differs from the keys that Boxwise comes with. */
    get own() {
      return difference(pages, keys);
    },
    get saved() {
      return text(keys) === text(saved());
    },
    /** @param {PageId} id @returns {Row[]} what a page has of its own; what it shares stands under Drawing */
    rowsOf: (id) => asChosen(rowsOn(id), keys).filter((row) => id === 'draw' || !row.common),
    /** @param {string} name @param {string} key */
    give(name, key) {
      keys = difference(pages, { ...keys, [name]: [key] });
    },
    reset() {
      keys = {};
    },
    /** Why a key cannot be the key of an action; '' when it can.
     * @param {string} name @param {string} key @param {PageId} open the page that is looked at */
    refusal(name, key, open) {
      if (FIXED.includes(key)) return `${key.replace('Escape', 'Esc')} is reserved.`;
      const other = holder(pages, keys, name, key);
      if (!other) return '';
      const page = other.row.common ? 'draw' : PAGE_IDS[other.page];
      return `It is already “${other.row.label}”${page === open ? '' : ` (${PAGES[page].title})`}.`;
    },
    /** Both keys change places, where that hurts nobody else; null where it would.
     * @param {Row} row who wants the key @param {string} key @returns {(() => void)|null} */
    swap(row, key) {
      const other = holder(pages, keys, row.name, key)?.row;
      if (!other) return null;
      const rest = other.keys.filter((one) => one !== key);
      const theirs = rest.length ? rest : row.keys;
      const next = { ...keys, [row.name]: [key], [other.name]: theirs };
      const free = theirs.every((one) => !holder(pages, next, other.name, one));
      if (!free || holder(pages, next, row.name, key)) return null;
      return () => {
        keys = next;
      };
    },
    toFile: () => toFile(difference(pages, keys)),
    /** Throws with a sentence for people where the file is no key map. @param {string} file its text */
    read(file) {
      keys = fromFile(file, pages);
    },
  };
}
