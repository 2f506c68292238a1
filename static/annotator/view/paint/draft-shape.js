/** Draws what is being drawn: crosshair, the new box with its points. */

import { sidesOf, toGo } from '../../core/points.js';
import { sizeNotes } from './boxes.js';
import { areaOf, CASING, frame, note, widthOf } from './lines.js';

/** @typedef {import('../../editor.js').Editor} Editor */
/** @typedef {import('./lines.js').Context} Context */
/** @typedef {import('../../../common/types.js').Point} Point */

/** @param {Context} ctx @param {Editor} editor */
export function paintCrosshair(ctx, editor) {
  const { viewport } = editor;
  const { view, drawing, display } = editor.state;
  if (!view.pointer || drawing.tool !== 'draw' || !drawing.editable || drawing.grabbed) return;
  if (!display.crosshair || (view.finger && !drawing.draftShape)) return;
  const { x, y } = viewport.toScreen(view.pointer);
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
  ctx.globalAlpha = display.crosshairStrength;
  ctx.strokeStyle = CASING;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.setLineDash([4, 4]);
  ctx.strokeStyle = display.crosshairColor;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  const hit = drawing.draftShape ? null : editor.hit(view.pointer);
  if (hit?.kind === 'handle' || (hit?.kind === 'box' && hit.onEdge)) return;
  ring(ctx, x, y, 9, CASING, 3.5);
  ring(ctx, x, y, 9, display.crosshairColor, 1.5);
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
export function paintDraftShape(ctx, editor) {
  const { viewport } = editor;
  const { view, drawing } = editor.state;
  const { draftShape } = drawing;
  if (!draftShape) return;
  const at = areaOf(viewport, draftShape.rect);
  if (draftShape.marquee) return frame(ctx, at, '#fff', 1, [4, 4]);
  const color = editor.classOf(drawing.classId)?.color ?? '#fff';
  if (!draftShape.marks) {
    frame(ctx, at, color, 2);
    for (const words of draftShapeNotes(ctx, editor)) note(ctx, words);
    return;
  }
  ctx.globalAlpha = 0.12;
  ctx.fillStyle = color;
  ctx.fillRect(at.x, at.y, at.w, at.h);
  ctx.globalAlpha = 1;
  frame(ctx, at, color, 1, [1, 4]);
  const known = sidesOf(draftShape.marks, view.pointer);
  for (const side of known) solidSide(ctx, at, side, color);
  draftShape.marks.forEach((mark, place) => {
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
  for (const words of draftShapeNotes(ctx, editor)) note(ctx, words);
}

/** What is said about the box being drawn, beside it. @param {Context} ctx @param {Editor} editor
 * @returns {import('./lines.js').Note[]} */
export function draftShapeNotes(ctx, { state: { drawing, view }, viewport }) {
  const { draftShape } = drawing;
  const { pointer } = view;
  if (!draftShape || draftShape.marquee) return [];
  if (!draftShape.marks) return sizeNotes(areaOf(viewport, draftShape.rect), draftShape.rect);
  if (!pointer) return [];
  const { x, y } = viewport.toScreen(pointer);
  const text = toGo(draftShape.marks, pointer);
  const half = widthOf(ctx, text) / 2 + 10;
  const { width, height } = viewport.view;
  const asideX = x + (x + 250 < width ? 130 : -130);
  return [
    {
      text,
      x: Math.max(half, Math.min(asideX, width - half)),
      y: Math.min(y + (y > 60 ? 28 : 40), height - 12),
    },
  ];
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
