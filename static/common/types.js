/** What only the pages know; what the server sends is in api.d.ts, which `make types` writes. */

/** @typedef {import('./api.js').Assignment} Assignment */
/** @typedef {import('./api.js').Audit} Audit */
/** @typedef {import('./api.js').Box} Box pixels of the normalised full-size picture */
/** @typedef {Readonly<Box & {id: number, suggested: boolean, source?: number|null}>} DocBox
 * A box in the page: its own id, whether it still is only a suggestion, and which one it began as. */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {import('./api.js').Job['drawing']} Method how a box is drawn */
/** @typedef {Assignment | Audit} AnyAssignment */

/**
 * One row of the action table: keys, buttons and the help all read it.
 * @typedef {object} Action
 * @property {string} id
 * @property {string} group heading in the help
 * @property {string} label
 * @property {string[]} keys
 * @property {string} [shown] the keys as the help writes them, where a list would say less
 * @property {() => boolean} [when] does nothing otherwise
 * @property {() => void} run
 * @property {() => void} [release] for keys that act while held
 * @property {boolean} [repeat] a held key repeats
 * @property {boolean} [canvas] only while the canvas has the focus
 */

/** @typedef {{run: () => void, when?: () => boolean, release?: () => void, label?: string}} Handler
 * What an action does on a page, and when. */
/** @typedef {Record<string, Handler>} Handlers by the action's id */

export {};
