/** Draws what is in the making: crosshair, the new box with its points, the magnifier. */

import { sidesOf, toGo } from '../core/points.js';
import { levelFor } from '../levels.js';
import { sizes } from './boxes.js';
import { areaOf, CASING, frame, NOTE, note } from './lines.js';

/** @typedef {import('../editor.js').Editor} Editor */
/** @typedef {import('./lines.js').Context} Context */
/** @typedef {import('../../common/types.js').Point} Point */

const GLASS = 176;
const TIMES = 8;
const BESIDE = 60;

/** @param {Context} ctx @param {Editor} editor */
export function paintCrosshair(ctx, editor) {
  const { state, viewport } = editor;
  if (!state.pointer || state.tool !== 'draw' || !state.editable || state.grabbed) return;
  if (!state.crosshair || (state.finger && !state.making)) return;
  const { x, y } = viewport.toScreen(state.pointer);
  const { left, top, image, scale } = viewport;
  const [right, bottom] = [left + image.width * scale, top + image.height * scale];
  ctx.beginPath();
  if (y >= top && y <= bottom) {
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
  }
  if (x >= left && x <= right) {
    ctx.moveTo(x, top);
    ctx.lineTo(x, bottom);
  }
  ctx.globalAlpha = state.crosshairStrength;
  ctx.strokeStyle = CASING;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.setLineDash([4, 4]);
  ctx.strokeStyle = state.crosshairColor;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  const hit = state.making ? null : editor.hit(state.pointer);
  if (hit?.kind === 'handle' || (hit?.kind === 'box' && hit.onEdge)) return;
  ring(ctx, x, y, 9, CASING, 3.5);
  ring(ctx, x, y, 9, state.crosshairColor, 1.5);
}

/** @param {Context} ctx @param {number} x @param {number} y @param {number} r @param {string} color
 * @param {number} line */
function ring(ctx, x, y, r, color, line) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.strokeStyle = color;
  ctx.lineWidth = line;
  ctx.stroke();
}

/** @param {Context} ctx @param {Editor} editor */
export function paintMaking(ctx, editor) {
  const { state, viewport } = editor;
  const { making } = state;
  if (!making) return;
  const at = areaOf(viewport, making.rect);
  if (making.marquee) return frame(ctx, at, '#fff', 1, [4, 4]);
  const color = editor.classOf(state.classId)?.color ?? '#fff';
  if (!making.marks) {
    frame(ctx, at, color, 2);
    return sizes(ctx, at, making.rect);
  }
  ctx.globalAlpha = 0.12;
  ctx.fillStyle = color;
  ctx.fillRect(at.x, at.y, at.w, at.h);
  ctx.globalAlpha = 1;
  frame(ctx, at, color, 1, [1, 4]);
  const known = sidesOf(making.marks, state.pointer);
  for (const side of known) solidSide(ctx, at, side, color);
  making.marks.forEach((mark, place) => {
    const { x, y } = viewport.toScreen(mark);
    ctx.beginPath();
    ctx.arc(x, y, 7, 0, 2 * Math.PI);
    ctx.fillStyle = '#111';
    ctx.fill();
    ring(ctx, x, y, 7, '#fff', 1.5);
    ctx.fillStyle = '#fff';
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.font = '600 9px Inter, ui-sans-serif, system-ui, sans-serif';
    ctx.fillText(String(place + 1), x, y + 0.5);
  });
  if (!state.pointer) return;
  const { x, y } = viewport.toScreen(state.pointer);
  const right = x + 250 < viewport.view.width;
  note(ctx, toGo(making.marks, state.pointer), x + (right ? 130 : -130), y + (y > 60 ? 28 : 40));
}

/** @param {Context} ctx @param {import('./lines.js').Area} at @param {'n'|'w'|'s'|'e'} side
 * @param {string} color */
function solidSide(ctx, { x, y, w, h }, side, color) {
  const ends = {
    n: [x, y, x + w, y],
    s: [x, y + h, x + w, y + h],
    w: [x, y, x, y + h],
    e: [x + w, y, x + w, y + h],
  }[side];
  for (const [style, line] of /** @type {[string, number][]} */ ([
    [CASING, 4],
    [color, 2],
  ])) {
    ctx.beginPath();
    ctx.moveTo(ends[0], ends[1]);
    ctx.lineTo(ends[2], ends[3]);
    ctx.strokeStyle = style;
    ctx.lineWidth = line;
    ctx.stroke();
  }
}

/** Beside the pointer on its freer side; above a finger. Only while a point is being placed.
 * @param {Context} ctx @param {Editor} editor */
export function paintMagnifier(ctx, editor) {
  const { state, viewport } = editor;
  const placing = (state.making && !state.making.marquee) || state.grabbed || editor.doc.busy;
  if (!state.magnifier || !state.pointer || !placing || !state.bitmap) return;
  const at = viewport.toScreen(state.pointer);
  const { width, height } = viewport.view;
  if (width < 2 * GLASS || height < 2 * GLASS) {
    if (!state.finger) return;
  }
  const zoom = Math.max(TIMES, viewport.scale * 2);
  let left = at.x < width / 2 ? at.x + BESIDE : at.x - BESIDE - GLASS;
  let top = state.finger ? at.y - BESIDE - GLASS : at.y - BESIDE - GLASS / 2;
  if (state.finger) left = at.x - GLASS / 2;
  left = Math.min(Math.max(8, left), width - GLASS - 8);
  if (state.finger && top < 8) {
    top = 8;
    left = at.x < width / 2 ? width - GLASS - 8 : 8;
  }
  top = Math.min(Math.max(8, top), height - GLASS - 8);

  const side = GLASS / zoom;
  const level = levelFor(state.bitmap, zoom);
  const share = level.width / viewport.image.width;
  const { x, y } = state.pointer;
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(left, top, GLASS, GLASS, 8);
  ctx.fillStyle = '#111';
  ctx.fill();
  ctx.clip();
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(
    level,
    (x - side / 2) * share,
    (y - side / 2) * share,
    side * share,
    side * share,
    left,
    top,
    GLASS,
    GLASS,
  );
  const middle = { x: left + GLASS / 2, y: top + GLASS / 2 };
  for (const [style, line] of /** @type {[string, number][]} */ ([
    [CASING, 3],
    ['#fff', 1],
  ])) {
    ctx.beginPath();
    ctx.moveTo(left, middle.y);
    ctx.lineTo(left + GLASS, middle.y);
    ctx.moveTo(middle.x, top);
    ctx.lineTo(middle.x, top + GLASS);
    ctx.strokeStyle = style;
    ctx.lineWidth = line;
    ctx.stroke();
  }
  ctx.restore();
  ctx.beginPath();
  ctx.roundRect(left, top, GLASS, GLASS, 8);
  ctx.strokeStyle = NOTE;
  ctx.lineWidth = 4;
  ctx.stroke();
  ctx.strokeStyle = '#fff';
  ctx.lineWidth = 2;
  ctx.stroke();
  note(ctx, `x ${Math.round(x)}  y ${Math.round(y)}`, left + GLASS / 2, top + GLASS - 16);
}
