/** Lines and tags that hold on any photo: each has a dark casing. */

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {{x: number, y: number, w: number, h: number}} Area on the screen */
/** @typedef {{text: string, x: number, y: number}} Note a label by its middle */

export const CASING = 'rgb(0 0 0 / 55%)';
export const NOTE = 'rgb(17 17 17 / 82%)';
export const DASHES = [6, 4];
const FONT = '600 11px Inter, ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif';
const TAG_HEIGHT = 16;
/** Measuring text is dear, and the same few names come again and again. @type {Map<string, number>} */
const widths = new Map();

/** @param {Context} ctx @param {string} text */
export function widthOf(ctx, text) {
  let wide = widths.get(text);
  if (wide === undefined) {
    ctx.font = FONT;
    wide = Math.ceil(ctx.measureText(text).width);
    if (widths.size > 5_000) widths.clear();
    widths.set(text, wide);
  }
  return wide;
}

/** @param {import('../../core/viewport.js').Viewport} viewport @param {import('../../core/geometry.js').Rect} box
 * @returns {Area} */
export function areaOf({ left, top, scale }, box) {
  const { x1, y1, x2, y2 } = box;
  return {
    x: x1 * scale + left,
    y: y1 * scale + top,
    w: (x2 - x1) * scale,
    h: (y2 - y1) * scale,
  };
}

/** @param {Context} ctx @param {Area} at @param {string} color @param {number} line @param {number[]} [dash] */
export function frame(ctx, { x, y, w, h }, color, line, dash) {
  ctx.strokeStyle = CASING;
  ctx.lineWidth = line + 2;
  ctx.strokeRect(x, y, w, h);
  if (dash) ctx.setLineDash(dash);
  ctx.strokeStyle = color;
  ctx.lineWidth = line;
  ctx.strokeRect(x, y, w, h);
  if (dash) ctx.setLineDash([]);
}

/** @param {Context} ctx @param {Area} at @param {string} text @param {string} color @param {boolean} proposed */
export function tag(ctx, at, text, color, proposed) {
  const wide = widthOf(ctx, text) + 10;
  const left = at.x - 2;
  // Above the corner; inside the box where the view ends.
  const top = at.y - TAG_HEIGHT - 1 < 0 ? at.y + 1 : at.y - TAG_HEIGHT - 1;
  ctx.fillStyle = proposed ? NOTE : color;
  ctx.fillRect(left, top, wide, TAG_HEIGHT);
  if (proposed) {
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    ctx.strokeRect(left + 0.5, top + 0.5, wide - 1, TAG_HEIGHT - 1);
  }
  ctx.font = FONT;
  ctx.fillStyle = proposed ? '#fff' : '#000';
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillText(text, left + 5, top + TAG_HEIGHT / 2 + 0.5);
}

/** Of a label with its middle there. @param {Context} ctx @param {Note} note @returns {Area} */
export function noteArea(ctx, { text, x, y }) {
  const w = widthOf(ctx, text) + 12;
  return { x: x - w / 2, y: y - 9, w, h: 18 };
}

/** A dark label. @param {Context} ctx @param {Note} words */
export function note(ctx, words) {
  const { text, y } = words;
  const at = noteArea(ctx, words);
  ctx.beginPath();
  ctx.roundRect(at.x, at.y, at.w, at.h, 4);
  ctx.fillStyle = NOTE;
  ctx.fill();
  ctx.font = FONT;
  ctx.fillStyle = '#fff';
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillText(text, at.x + 6, y + 0.5);
}
