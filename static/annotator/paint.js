/** Draws boxes, tags, crosshair and the box in the making onto a 2D context. */

import { HANDLES, handlePoint } from './core/geometry.js';

/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {import('../common/types.js').DocBox} DocBox */
/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {{x: number, y: number, w: number, h: number}} Area on the screen */

const CASING = 'rgb(0 0 0 / 55%)';
const TAG_FONT = '600 11px Inter, ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif';
const TAG_HEIGHT = 16;
const TAG_FROM_WIDTH = 24;
const HANDLE = 8;
/** From this place in the list on, colours repeat and a double line tells them apart. */
const COLOURS = 12;

/** @param {Editor} editor @param {import('./core/geometry.js').Rect} box @returns {Area} */
function areaOf({ viewport }, box) {
  const a = viewport.toScreen({ x: box.x1, y: box.y1 });
  const b = viewport.toScreen({ x: box.x2, y: box.y2 });
  return { x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y };
}

/** A line in its dark casing, so that it holds on any photo.
 * @param {Context} ctx @param {Area} at @param {string} color @param {number} line @param {number[]} dash */
function frame(ctx, { x, y, w, h }, color, line, dash = []) {
  ctx.setLineDash([]);
  ctx.strokeStyle = CASING;
  ctx.lineWidth = line + 2;
  ctx.strokeRect(x, y, w, h);
  ctx.setLineDash(dash);
  ctx.strokeStyle = color;
  ctx.lineWidth = line;
  ctx.strokeRect(x, y, w, h);
  ctx.setLineDash([]);
}

/** @param {number} score */
const shortScore = (score) => score.toFixed(2).replace(/^0/, '');

/** @param {Context} ctx @param {Area} at @param {string} text @param {string} color @param {boolean} proposed */
function tag(ctx, at, text, color, proposed) {
  ctx.font = TAG_FONT;
  const wide = Math.ceil(ctx.measureText(text).width) + 10;
  const left = at.x - 2;
  // Above the corner; inside the box where the view ends.
  const top = at.y - TAG_HEIGHT - 1 < 0 ? at.y + 1 : at.y - TAG_HEIGHT - 1;
  ctx.beginPath();
  ctx.roundRect(left, top, wide, TAG_HEIGHT, [3, 3, 0, 0]);
  ctx.fillStyle = proposed ? 'rgb(17 17 17 / 82%)' : color;
  ctx.fill();
  if (proposed) {
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    ctx.stroke();
  }
  ctx.fillStyle = proposed ? '#fff' : '#000';
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillText(text, left + 5, top + TAG_HEIGHT / 2 + 0.5);
}

/** @param {Context} ctx @param {Area} at @param {DocBox} box */
function sizeNote(ctx, at, box) {
  const text = `${Math.round(box.x2 - box.x1)} × ${Math.round(box.y2 - box.y1)} px`;
  ctx.font = TAG_FONT;
  const wide = Math.ceil(ctx.measureText(text).width) + 12;
  const left = at.x + at.w / 2 - wide / 2;
  const top = at.y + at.h + 9;
  ctx.beginPath();
  ctx.roundRect(left, top, wide, 18, 4);
  ctx.fillStyle = 'rgb(17 17 17 / 82%)';
  ctx.fill();
  ctx.fillStyle = '#fff';
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillText(text, left + 6, top + 9.5);
}

/** @param {Context} ctx @param {Editor} editor @param {DocBox} box */
function handles(ctx, editor, box) {
  for (const name of HANDLES) {
    const { x, y } = editor.viewport.toScreen(handlePoint(box, name));
    ctx.fillStyle = '#fff';
    ctx.strokeStyle = '#16181d';
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.roundRect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE, 1.5);
    ctx.fill();
    ctx.stroke();
  }
}

/** @param {Context} ctx @param {Editor} editor @param {DocBox} box */
function paintBox(ctx, editor, box) {
  const { state } = editor;
  const place = editor.classes.findIndex((entry) => entry.index === box.class_id);
  const entry = editor.classes[place];
  const color = entry?.color ?? '#ffffff';
  const at = areaOf(editor, box);
  const selected = box.id === state.selectedId;
  const hovered = box.id === state.hoverId;
  const line = hovered && !selected ? 3 : 2;
  if (selected) {
    ctx.globalAlpha = 0.14;
    ctx.fillStyle = color;
    ctx.fillRect(at.x, at.y, at.w, at.h);
    ctx.globalAlpha = 1;
    frame(ctx, { x: at.x - 1.5, y: at.y - 1.5, w: at.w + 3, h: at.h + 3 }, '#fff', 3);
  }
  frame(ctx, at, color, line, box.suggested ? [6, 4] : []);
  if (place >= COLOURS)
    frame(ctx, { x: at.x + 4, y: at.y + 4, w: at.w - 8, h: at.h - 8 }, color, 1);
  if (state.labels && (at.w >= TAG_FROM_WIDTH || hovered || selected)) {
    const name = `${entry?.hotkey || place + 1} ${entry?.name ?? 'unknown'}`;
    const score = box.score === undefined ? '' : ` ${shortScore(box.score)}`;
    const text =
      at.w < 56 && score && !hovered && !selected && !box.suggested ? score.trim() : name + score;
    tag(ctx, at, text, color, box.suggested);
  }
  if (selected && state.editable) {
    handles(ctx, editor, box);
    sizeNote(ctx, at, box);
  }
}

/** @param {Context} ctx @param {Editor} editor */
function paintCrosshair(ctx, editor) {
  const { state, viewport } = editor;
  if (!state.pointer || !state.crosshair || state.tool !== 'draw' || !state.editable) return;
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
  ctx.strokeStyle = CASING;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.setLineDash([4, 4]);
  ctx.strokeStyle = 'rgb(255 255 255 / 90%)';
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
  const hit = state.making ? null : editor.hit(state.pointer);
  if (hit?.kind === 'handle' || (hit?.kind === 'box' && hit.onEdge)) return;
  for (const [color, line] of /** @type {[string, number][]} */ ([
    [CASING, 3.5],
    ['#fff', 1.5],
  ])) {
    ctx.beginPath();
    ctx.arc(x, y, 9, 0, 2 * Math.PI);
    ctx.strokeStyle = color;
    ctx.lineWidth = line;
    ctx.stroke();
  }
}

/** @param {Context} ctx @param {Editor} editor */
export function paintOverlay(ctx, editor) {
  const { state } = editor;
  for (const box of editor.shown()) if (box.id !== state.selectedId) paintBox(ctx, editor, box);
  // Last, so that its handles lie above every other line.
  const selected = editor.shown().find((box) => box.id === state.selectedId);
  if (selected) paintBox(ctx, editor, selected);
  if (state.making)
    frame(ctx, areaOf(editor, state.making), editor.classOf(state.classId)?.color ?? '#fff', 2);
  paintCrosshair(ctx, editor);
}
