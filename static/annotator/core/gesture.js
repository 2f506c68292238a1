/** Which keys may act in the middle of a gesture: the others wait until it is finished or cancelled. */

/** @typedef {'drag'|'corner'|'points'|'grabbed'} Phase
 * `drag`: a button or finger is down; `corner`: the second click of a box is awaited; `points`: the next
 * of four points; `grabbed`: an edge follows the pointer. */

/** They change what is seen, never what is drawn. */
const VIEW = [
  ...['fit', 'actual', 'zoom-box', 'zoom-in', 'zoom-out', 'pan'],
  ...['crosshair', 'magnifier', 'labels', 'hide', 'theme'],
  'cancel',
];

/** @type {Record<Phase, RegExp>} */
const MORE = {
  drag: /^$/,
  corner: /^(undo|back-point|find-class)$/,
  points: /^(undo|back-point|find-class|edge-(top|left|bottom|right))$/,
  grabbed: /^(grab|submit|nudge-.+)$/,
};

/** @param {string} id of the action @param {Phase|null} phase
 * @param {boolean} drawing a new box is being drawn: it may still change its class */
export const mayAct = (id, phase, drawing) =>
  phase === null ||
  VIEW.includes(id) ||
  MORE[phase].test(id) ||
  (drawing && phase !== 'grabbed' && /^class-\d$/.test(id));

/** @type {Record<Phase, string>} */
export const UNFINISHED = {
  drag: 'Release the mouse button first',
  corner: 'This box is not finished: click its other corner, or Esc',
  points: 'This box is not finished: click its other points, or Esc',
  grabbed: 'An edge is grabbed: let go of it first, or Esc',
};
