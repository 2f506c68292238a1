/** Large photos in falling sizes, so that a frame never has to shrink fifty megapixels. */

/** From this many pixels on; below, one size is quick enough. */
const LARGE = 4_000_000;
const SMALLEST = 1_500_000;

/** @type {WeakMap<ImageBitmap, ImageBitmap[]>} */
const known = new WeakMap();

/** Makes the smaller sizes of a photo, each half of the one before. @param {ImageBitmap} full */
export async function prepareLevels(full) {
  if (full.width * full.height < LARGE) return;
  const levels = [full];
  for (let last = full; last.width * last.height > SMALLEST; last = levels[levels.length - 1]) {
    const half = {
      resizeWidth: Math.max(1, last.width >> 1),
      resizeHeight: Math.max(1, last.height >> 1),
      resizeQuality: /** @type {const} */ ('medium'),
    };
    levels.push(await createImageBitmap(last, half));
  }
  known.set(full, levels);
}

/** The smallest size that still has a pixel for each of the screen's.
 * @param {ImageBitmap} full @param {number} scale screen pixels per pixel of the full photo */
export function levelFor(full, scale) {
  const levels = known.get(full) ?? [full];
  const enough = levels.filter((level) => level.width >= full.width * scale);
  return enough[enough.length - 1] ?? full;
}

/** @param {ImageBitmap} full */
export function releaseLevels(full) {
  for (const level of known.get(full) ?? []) level.close();
  known.delete(full);
  full.close();
}
