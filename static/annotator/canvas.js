/** Two layers over one another: the image, painted when the view moves, and the boxes, painted often. */

import { must } from '../common/dom.js';
import { paintOverlay } from './paint.js';

/** @typedef {import('./editor.js').Editor} Editor */

const SQUARE_PIXELS_FROM = 4;

/** @param {HTMLElement} surface holds the two canvas elements @param {Editor} editor */
export function startCanvas(surface, editor) {
  const below = context(must('[data-layer="image"]', surface));
  const above = context(must('[data-layer="boxes"]', surface));
  let ratio = 1;
  let lastView = '';
  let asked = false;

  const paintImage = () => {
    const { viewport, state } = editor;
    const { width, height } = viewport.view;
    below.clearRect(0, 0, width, height);
    if (!state.picture) return;
    const { left, top, scale, image } = viewport;
    const [wide, high] = [image.width * scale, image.height * scale];
    below.fillStyle = 'rgb(128 128 128 / 15%)';
    if (!state.bitmap) return below.fillRect(left, top, wide, high);
    below.imageSmoothingEnabled = scale < SQUARE_PIXELS_FROM;
    below.imageSmoothingQuality = 'high';
    below.drawImage(state.bitmap, left, top, wide, high);
  };

  const paint = () => {
    asked = false;
    const { viewport, state } = editor;
    const view = [
      viewport.left,
      viewport.top,
      viewport.scale,
      state.picture?.id,
      ratio,
      state.bitmap?.width,
      viewport.view.width,
      viewport.view.height,
    ].join();
    // Most frames only move the pointer; the photo is the expensive half.
    if (view !== lastView) {
      lastView = view;
      paintImage();
    }
    above.clearRect(0, 0, viewport.view.width, viewport.view.height);
    if (state.picture) paintOverlay(above, editor);
  };

  const ask = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  };

  const fitToSurface = () => {
    const width = Math.max(1, surface.clientWidth);
    const height = Math.max(1, surface.clientHeight);
    ratio = window.devicePixelRatio || 1;
    for (const layer of [below, above]) {
      layer.canvas.width = Math.round(width * ratio);
      layer.canvas.height = Math.round(height * ratio);
      layer.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    lastView = '';
    editor.viewport.setView({ width, height });
    editor.changed();
  };

  editor.onPaint(ask);
  new ResizeObserver(fitToSurface).observe(surface);
  fitToSurface();
}

/** @param {HTMLElement} layer */
function context(layer) {
  const drawing = layer instanceof HTMLCanvasElement ? layer.getContext('2d') : null;
  if (!drawing) throw new Error('this browser has no 2D canvas');
  return drawing;
}
