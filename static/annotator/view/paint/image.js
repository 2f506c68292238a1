/** Draws the photo in the size that fits, and the grid of its pixels where they are large. */

import { levelFor } from '../levels.js';

/** @typedef {import('../../editor.js').Editor} Editor */

const SQUARE_PIXELS_FROM = 4;
const GRID_FROM = 8;

/** @param {CanvasRenderingContext2D} ctx @param {Editor} editor @param {number} ratio device pixels */
export function paintImage(ctx, editor, ratio) {
  const { viewport } = editor;
  const { view } = editor.state;
  const { width, height } = viewport.view;
  ctx.clearRect(0, 0, width, height);
  if (!view.picture) return;
  const { left, top, scale, image } = viewport;
  if (!view.bitmap) {
    ctx.fillStyle = 'rgb(128 128 128 / 15%)';
    return ctx.fillRect(left, top, image.width * scale, image.height * scale);
  }
  // Only what is seen: of a large photo the rest costs time, too.
  const x1 = Math.max(0, Math.floor(-left / scale));
  const y1 = Math.max(0, Math.floor(-top / scale));
  const x2 = Math.min(image.width, Math.ceil((width - left) / scale));
  const y2 = Math.min(image.height, Math.ceil((height - top) / scale));
  if (x2 <= x1 || y2 <= y1) return;
  const full = view.bitmap;
  const level = levelFor(full, (image.width / full.width) * scale * ratio);
  const share = level.width / image.width;
  const down = level.height / image.height;
  ctx.imageSmoothingEnabled = scale < SQUARE_PIXELS_FROM;
  ctx.imageSmoothingQuality = 'medium';
  ctx.drawImage(
    level,
    x1 * share,
    y1 * down,
    (x2 - x1) * share,
    (y2 - y1) * down,
    left + x1 * scale,
    top + y1 * scale,
    (x2 - x1) * scale,
    (y2 - y1) * scale,
  );
  if (scale < GRID_FROM) return;
  ctx.beginPath();
  for (let x = x1; x <= x2; x += 1) {
    ctx.moveTo(left + x * scale, top + y1 * scale);
    ctx.lineTo(left + x * scale, top + y2 * scale);
  }
  for (let y = y1; y <= y2; y += 1) {
    ctx.moveTo(left + x1 * scale, top + y * scale);
    ctx.lineTo(left + x2 * scale, top + y * scale);
  }
  ctx.strokeStyle = 'rgb(128 128 128 / 35%)';
  ctx.lineWidth = 1;
  ctx.stroke();
}
