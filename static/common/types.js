/** The shapes that pages and API exchange, as types for the checker. */

/** @typedef {{class_id: number, x1: number, y1: number, x2: number, y2: number, score?: number}} Box
 * Pixels of the normalised full-size picture. */
/** @typedef {Readonly<Box & {id: number, suggested: boolean, source?: number|null}>} DocBox
 * A box in the page: its own id, whether it still is only a suggestion, and which one it began as. */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{index: number, name: string, color: string, hotkey: string, note: string}} LabelClass */
/** @typedef {{id: number, name: string, width: number, height: number, url: string, preview_url: string}} Picture */
/** @typedef {{number: number, purpose: string}} RoundRef */
/** @typedef {{reason: string, message: string}} Queue */
/** @typedef {'drag'|'clicks'|'points'} Method how a box is drawn */
/** @typedef {{slug: string, name: string, state: string, instructions_html: string, lease_seconds: number,
 *   drawing: Method, one_object: boolean,
 *   skip_reasons: string[], broken_reason: string, reject_reasons: string[], work_url: string, live_url: string|null,
 *   review_url: string|null, report_url: string|null, instructions_digest: string, history_url: string, grid_url: string|null,
 *   disagreements_url: string|null, notes_url: string}} Job */
/** @typedef {{number: number, writer: string, boxes: (Box & {suggested: boolean, source: number|null})[],
 *   active_ms: number, action_ms: Record<string, number>|null}} ServerDraft */
/** @typedef {{id: number, image: Picture, round: RoundRef, version: number, boxes: Box[]|null,
 *   suggested: Box[]|null, prelabelled: boolean, lease_expires_at: string,
 *   verify: boolean, draft: ServerDraft|null,
 *   position: {done: number, left: number}, returned: string|null, notes: number}} Assignment
 * `returned`: why a reviewer sent the image back; `notes`: own ones on it. */
/** @typedef {{id: number, image: Picture, round: RoundRef, kind: 'certificate'|'monitoring', blind: boolean,
 *   boxes: Box[], revealed: Box[], confidence: number|null, threshold: number|null,
 *   scores_shown: boolean, lease_expires_at: string}} Audit
 * `revealed`: of a blind check, the label's boxes, shown once the checker has drawn. */
/** @typedef {Assignment | Audit} AnyAssignment */
/** @typedef {{kind: string, decided: number, about: number, budget: number|null, observed: number|null,
 *   bound: number|null, target: number, path: [number, number, number][], approved: number|null,
 *   corrected: number, rejected: number, sentence: string}} AuditProgress */
/** @typedef {{id: number, login: string, name: string, initials: string, is_manager: boolean}} User */

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
