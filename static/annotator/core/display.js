/** How an image is shown, and which boxes may be changed; none of it is part of the answer. */

/** @typedef {import('../../common/types.js').DocBox} DocBox */

/** Which boxes are on screen; each image begins anew. */
export function createVisibility() {
  return {
    hidden: false,
    suggestions: true,
    /** Suggestions below are not shown, 0 to 1. */
    confidence: 0,
    /** The lowest it ever was on this image. */
    lowest: 1,
    /** Only this class is drawn just now. @type {number|null} */
    onlyClass: null,
    /** The one proposed box that is asked about. @type {number|null} */
    spot: null,
    /** @type {Set<number>} */
    hiddenIds: new Set(),
    /** @type {Set<number>} */
    hiddenClasses: new Set(),
    /** @type {Set<number>} */
    lockedIds: new Set(),
    lockedAll: false,
  };
}
/** @typedef {ReturnType<typeof createVisibility>} Visibility */

/** The same with the person's settings, which outlast the image. */
export const createDisplay = () => ({
  ...createVisibility(),
  crosshair: true,
  crosshairColor: '#ffffff',
  crosshairStrength: 0.9,
  magnifier: true,
  labels: /** @type {'names'|'numbers'|'none'} */ ('names'),
  brightness: 1,
  contrast: 1,
});

/** @param {DocBox} box @param {Visibility} display */
export const isShown = (box, display) =>
  !display.hidden &&
  (display.spot === null || !box.suggested || box.id === display.spot) &&
  (!box.suggested || (display.suggestions && (box.score ?? 1) >= display.confidence)) &&
  (display.onlyClass === null || box.class_id === display.onlyClass) &&
  !display.hiddenIds.has(box.id) &&
  !display.hiddenClasses.has(box.class_id);

/** @param {DocBox} box @param {Visibility} display */
export const isLocked = (box, display) => display.lockedAll || display.lockedIds.has(box.id);

/** In the set if it was not, and out if it was. @template T @param {Set<T>} set @param {T} item
 * @returns {Set<T>} */
export function toggled(set, item) {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}
