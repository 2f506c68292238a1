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
  /** What the view was zoomed to and has not been moved from. @type {import('./geometry.js').Rect|null} */
  let onBox = null;

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
    onBox = null;
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
    onBox = null;
    keepInView();
  };

  /** Shows a box at about half of the view. @param {import('./geometry.js').Rect} box */
  const zoomToBox = (box) => {
    const wide = view.width / Math.max(1, box.x2 - box.x1);
    const high = view.height / Math.max(1, box.y2 - box.y1);
    scale = clamp(Math.min(wide, high) / 2, Math.min(MIN_SCALE, fitScale()), MAX_SCALE);
    const [wideAll, highAll] = [image.width * scale, image.height * scale];
    left = view.width / 2 - ((box.x1 + box.x2) / 2) * scale;
    top = view.height / 2 - ((box.y1 + box.y2) / 2) * scale;
    // No empty margin while the image could fill it.
    if (wideAll > view.width) left = clamp(left, view.width - wideAll, 0);
    if (highAll > view.height) top = clamp(top, view.height - highAll, 0);
    fitted = false;
    onBox = box;
    keepInView();
  };

  return {
    fit,
    toImage,
    zoomAt,
    zoomToBox,
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
      if (onBox) return zoomToBox(onBox);
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
      onBox = null;
      keepInView();
    },
    /** Where the view is, to come back to. */
    get place() {
      return { scale, left, top };
    },
    /** Part of the way from one place to another. @param {{scale: number, left: number, top: number}} from
     * @param {{scale: number, left: number, top: number}} to @param {number} share 0 to 1 */
    between(from, to, share) {
      // The middle of the view goes straight, and sizes grow evenly to the eye.
      const at = (/** @type {{scale: number, left: number, top: number}} */ place) => ({
        x: (view.width / 2 - place.left) / place.scale,
        y: (view.height / 2 - place.top) / place.scale,
      });
      const [a, b] = [at(from), at(to)];
      scale = from.scale * (to.scale / from.scale) ** share;
      left = view.width / 2 - (a.x + (b.x - a.x) * share) * scale;
      top = view.height / 2 - (a.y + (b.y - a.y) * share) * scale;
      if (share === 1) ({ scale, left, top } = to);
    },
    /** @param {number} wanted screen pixels per image pixel */
    zoomTo: (wanted) => zoomAt({ x: view.width / 2, y: view.height / 2 }, wanted / scale),
  };
}
