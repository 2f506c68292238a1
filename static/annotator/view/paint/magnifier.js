/** Draws the magnifier while a point is being placed. */

import { GLASS, placeGlass } from '../../core/magnifier.js';
import { levelFor } from '../levels.js';
import { sizeNotes } from './boxes.js';
import { draftShapeNotes } from './draft-shape.js';
import { areaOf, CASING, NOTE, note, noteArea } from './lines.js';

/** @typedef {import('../../editor.js').Editor} Editor */
/** @typedef {import('./lines.js').Context} Context */

const TIMES = 8;

/** @param {Context} ctx @param {Editor} editor */
export function paintMagnifier(ctx, editor) {
  const { viewport } = editor;
  const { view, drawing, display } = editor.state;
  const placing =
    (drawing.draftShape && !drawing.draftShape.marquee) || drawing.grabbed || editor.doc.busy;
  if (!display.magnifier || !view.pointer || !placing || !view.bitmap) return;
  const at = viewport.toScreen(view.pointer);
  const { width, height } = viewport.view;
  if (width < 2 * GLASS || height < 2 * GLASS) {
    if (!view.finger) return;
  }
  const zoom = Math.max(TIMES, viewport.scale * 2);
  const rect = drawing.draftShape?.rect ?? editor.selected;
  const box = rect ? areaOf(viewport, rect) : null;
  const notes = drawing.draftShape
    ? draftShapeNotes(ctx, editor)
    : box && rect
      ? sizeNotes(box, rect)
      : [];
  const { x: left, y: top } = placeGlass(
    at,
    viewport.view,
    view.finger,
    box,
    notes.map((words) => noteArea(ctx, words)),
  );

  const side = GLASS / zoom;
  const level = levelFor(view.bitmap, zoom);
  const share = level.width / viewport.image.width;
  const { x, y } = view.pointer;
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
  note(ctx, {
    text: `x ${Math.round(x)}  y ${Math.round(y)}`,
    x: left + GLASS / 2,
    y: top + GLASS - 16,
  });
}
