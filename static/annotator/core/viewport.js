/** The window onto the image: fit, zoom about a point, pan, and both directions of conversion. */

import { clamp } from './geometry.js';

/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../../common/types.js').Size} Size */
/** @typedef {ReturnType<typeof createViewport>} Viewport */

export const MIN_SCALE = 0.1;
export const MAX_SCALE = 32;
const AIR = 12;
/** So much of the image always stays in view, so that nobody loses it. */
const KEEP_IN_VIEW = 48;

/** Scale is screen pixels per image pixel. */
export function createViewport() {
  let view = { width: 1, height: 1 };
  let image = { width: 1, height: 1 };
  let scale = 1;
  let left = 0;
  let top = 0;
  let fitted = true;

  const fitScale = () => {
    const room = Math.min(
      (view.width - 2 * AIR) / image.width,
      (view.height - 2 * AIR) / image.height,
    );
    return clamp(room, 0.001, MAX_SCALE);
  };

  const keepInView = () => {
    const spareX = Math.min(KEEP_IN_VIEW, image.width * scale);
    const spareY = Math.min(KEEP_IN_VIEW, image.height * scale);
    left = clamp(left, spareX - image.width * scale, view.width - spareX);
    top = clamp(top, spareY - image.height * scale, view.height - spareY);
  };

  const fit = () => {
    scale = fitScale();
    left = (view.width - image.width * scale) / 2;
    top = (view.height - image.height * scale) / 2;
    fitted = true;
  };

  /** @param {Point} point @returns {Point} */
  const toImage = (point) => ({ x: (point.x - left) / scale, y: (point.y - top) / scale });

  /** @param {Point} point on the screen @param {number} factor */
  const zoomAt = (point, factor) => {
    const held = toImage(point);
    // A huge image may fit only below the usual limit.
    scale = clamp(scale * factor, Math.min(MIN_SCALE, fitScale()), MAX_SCALE);
    left = point.x - held.x * scale;
    top = point.y - held.y * scale;
    fitted = false;
    keepInView();
  };

  return {
    fit,
    toImage,
    zoomAt,
    get scale() {
      return scale;
    },
    get left() {
      return left;
    },
    get top() {
      return top;
    },
    get view() {
      return view;
    },
    get image() {
      return image;
    },
    /** @param {Size} size */
    setView(size) {
      const middle = toImage({ x: view.width / 2, y: view.height / 2 });
      view = size;
      if (fitted) return fit();
      left = view.width / 2 - middle.x * scale;
      top = view.height / 2 - middle.y * scale;
      keepInView();
    },
    /** @param {Size} size */
    setImage(size) {
      image = size;
      fit();
    },
    /** @param {Point} point @returns {Point} */
    toScreen: (point) => ({ x: point.x * scale + left, y: point.y * scale + top }),
    /** @param {number} factor */
    zoomMiddle: (factor) => zoomAt({ x: view.width / 2, y: view.height / 2 }, factor),
    /** @param {number} dx @param {number} dy */
    panBy(dx, dy) {
      left += dx;
      top += dy;
      fitted = false;
      keepInView();
    },
    /** @param {number} wanted screen pixels per image pixel */
    zoomTo: (wanted) => zoomAt({ x: view.width / 2, y: view.height / 2 }, wanted / scale),
    /** Shows a box at about half of the view. @param {import('./geometry.js').Rect} box */
    zoomToBox(box) {
      const wide = view.width / Math.max(1, box.x2 - box.x1);
      const high = view.height / Math.max(1, box.y2 - box.y1);
      scale = clamp(Math.min(wide, high) / 2, Math.min(MIN_SCALE, fitScale()), MAX_SCALE);
      left = view.width / 2 - ((box.x1 + box.x2) / 2) * scale;
      top = view.height / 2 - ((box.y1 + box.y2) / 2) * scale;
      fitted = false;
      keepInView();
    },
  };
}
