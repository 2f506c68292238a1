/** Three layers over one another: the photo, the boxes nobody points at, and what moves with the
 * pointer. Each is painted only when something on it changed. */

import { must } from '../../common/dom.js';
import { paintBoxes, paintPointed, paintSpot } from './paint/boxes.js';
import { paintCrosshair, paintDraftShape } from './paint/draft-shape.js';
import { paintImage } from './paint/image.js';
import { paintMagnifier } from './paint/magnifier.js';

/** @typedef {import('../editor.js').Editor} Editor */
/** @typedef {import('../../common/types.js').DocBox} DocBox */

/** Slower than this, boxes are only moved along with the view and painted anew when it rests. */
const SLOW_MS = 9;
const REST_MS = 90;

/** @param {HTMLElement} surface holds the canvas elements @param {Editor} editor */
export function startCanvas(surface, editor) {
  const photo = context(must('[data-layer="image"]', surface));
  const still = context(must('[data-layer="boxes"]', surface));
  const top = context(must('[data-layer="top"]', surface));
  let ratio = 1;
  let asked = false;
  let photoKey = '';
  let stillKey = '';
  /** @type {readonly DocBox[]} */
  let painted = [];
  /** The view the still layer was painted for, and what that cost. */
  let from = { left: 0, top: 0, scale: 1 };
  let cost = 0;
  let rest = 0;

  const viewKey = () => {
    const { left, top: up, scale, view } = editor.viewport;
    return [left, up, scale, view.width, view.height, ratio, editor.state.view.picture?.id].join();
  };

  const paintPhoto = () => {
    const { bitmap } = editor.state.view;
    const key = `${viewKey()},${bitmap?.width},${bitmap?.height}`;
    if (key === photoKey) return;
    photoKey = key;
    surface.setAttribute('aria-busy', String(editor.state.view.picture !== null && !bitmap));
    paintImage(photo, editor, ratio);
  };

  const paintStill = () => {
    const { display } = editor.state;
    const { chosen } = editor.state.selection;
    const boxes = chosen.size
      ? editor.shown().filter((box) => !chosen.has(box.id))
      : editor.shown();
    const same = boxes.length === painted.length && boxes.every((box, i) => box === painted[i]);
    const displayKey = [display.labels, display.lockedAll, [...display.lockedIds]].join();
    const view = viewKey();
    const moved = !stillKey.startsWith(view);
    const key = `${view};${displayKey}`;
    if (same && key === stillKey) return;
    if (same && moved && cost > SLOW_MS && stillKey.endsWith(displayKey)) return carry();
    const began = performance.now();
    const { width, height } = editor.viewport.view;
    still.clearRect(0, 0, width, height);
    if (editor.state.view.picture) paintBoxes(still, editor, boxes);
    cost = performance.now() - began;
    still.canvas.style.transform = '';
    const { left, top: up, scale } = editor.viewport;
    from = { left, top: up, scale };
    painted = boxes;
    stillKey = key;
  };

  /** Moves the finished picture of the boxes with the view, until the view rests. */
  const carry = () => {
    const { left, top: up, scale } = editor.viewport;
    const by = scale / from.scale;
    const x = left - from.left * by;
    const y = up - from.top * by;
    still.canvas.style.transform = `translate(${x}px, ${y}px) scale(${by})`;
    clearTimeout(rest);
    rest = window.setTimeout(() => {
      cost = 0;
      ask();
    }, REST_MS);
  };

  const paint = () => {
    asked = false;
    paintPhoto();
    paintStill();
    const { width, height } = editor.viewport.view;
    top.clearRect(0, 0, width, height);
    if (!editor.state.view.picture) return;
    paintSpot(top, editor);
    paintPointed(top, editor);
    paintCrosshair(top, editor);
    paintDraftShape(top, editor);
    paintMagnifier(top, editor);
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
    for (const layer of [photo, still, top]) {
      layer.canvas.width = Math.round(width * ratio);
      layer.canvas.height = Math.round(height * ratio);
      layer.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    photoKey = '';
    stillKey = '';
    editor.viewport.setView({ width, height });
    editor.changed();
  };

  editor.onPaint(ask);
  editor.onChange(() => {
    const { brightness, contrast } = editor.state.display;
    const plain = brightness === 1 && contrast === 1;
    photo.canvas.style.filter = plain ? '' : `brightness(${brightness}) contrast(${contrast})`;
  });
  new ResizeObserver(fitToSurface).observe(surface);
  fitToSurface();
}

/** @param {HTMLElement} layer */
function context(layer) {
  const drawing = layer instanceof HTMLCanvasElement ? layer.getContext('2d') : null;
  if (!drawing) throw new Error('this browser has no 2D canvas');
  return drawing;
}
