/** The whole photo in a corner, with the part in view, while that is not all of it. */

import { must } from '../../common/dom.js';
import { levelFor } from '../view/levels.js';

const LONG_SIDE = 96;

/** @param {import('../editor.js').Editor} editor */
export function startNavigator(editor) {
  const canvas = /** @type {HTMLCanvasElement} */ (must('[data-navigator]'));
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const { viewport } = editor;
  const { view } = editor.state;
  let before = '';

  const paint = () => {
    const { width, height } = viewport.image;
    const scale = LONG_SIDE / Math.max(width, height);
    const [w, h] = [
      Math.max(8, Math.round(width * scale)),
      Math.max(8, Math.round(height * scale)),
    ];
    const a = viewport.toImage({ x: 0, y: 0 });
    const b = viewport.toImage({ x: viewport.view.width, y: viewport.view.height });
    const all = a.x <= 0 && a.y <= 0 && b.x >= width && b.y >= height;
    const hidden = all || !view.bitmap;
    if (canvas.hidden !== hidden) canvas.hidden = hidden;
    const key = [a.x, a.y, b.x, b.y, view.picture?.id, view.bitmap?.width].join();
    if (hidden || !view.bitmap || key === before) return;
    before = key;
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    ctx.drawImage(levelFor(view.bitmap, scale), 0, 0, w, h);
    for (const [color, line] of /** @type {[string, number][]} */ ([
      ['rgb(0 0 0 / 60%)', 3],
      ['#fff', 1.5],
    ])) {
      ctx.strokeStyle = color;
      ctx.lineWidth = line;
      ctx.strokeRect(a.x * scale, a.y * scale, (b.x - a.x) * scale, (b.y - a.y) * scale);
    }
  };
  editor.onPaint(paint);

  /** @param {PointerEvent} event */
  const go = (event) => {
    const frame = canvas.getBoundingClientRect();
    const x = ((event.clientX - frame.left) / frame.width) * viewport.image.width;
    const y = ((event.clientY - frame.top) / frame.height) * viewport.image.height;
    const at = viewport.toScreen({ x, y });
    viewport.panBy(viewport.view.width / 2 - at.x, viewport.view.height / 2 - at.y);
    editor.paint();
  };
  canvas.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    go(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) go(event);
  });
}
