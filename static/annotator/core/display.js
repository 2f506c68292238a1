/** Which boxes are on screen, which may be changed: hiding, locking, confidence, one class at a time. */

/** @typedef {import('../../common/types.js').DocBox} DocBox */

/** Of one image; the person's choices, not part of the answer. */
export function createLooks() {
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
    /** @type {Set<number>} */
    lockedClasses: new Set(),
    lockedAll: false,
  };
}
/** @typedef {ReturnType<typeof createLooks>} Looks */

/** @param {DocBox} box @param {Looks} looks */
export const isShown = (box, looks) =>
  !looks.hidden &&
  (looks.spot === null || !box.suggested || box.id === looks.spot) &&
  (!box.suggested || (looks.suggestions && (box.score ?? 1) >= looks.confidence)) &&
  (looks.onlyClass === null || box.class_id === looks.onlyClass) &&
  !looks.hiddenIds.has(box.id) &&
  !looks.hiddenClasses.has(box.class_id);

/** @param {DocBox} box @param {Looks} looks */
export const isLocked = (box, looks) =>
  looks.lockedAll || looks.lockedIds.has(box.id) || looks.lockedClasses.has(box.class_id);

/** In the set if it was not, and out if it was. @template T @param {Set<T>} set @param {T} item
 * @returns {Set<T>} */
export function toggled(set, item) {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}
