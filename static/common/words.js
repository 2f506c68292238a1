/** Numbers as words say them. */

/** @param {number} n @param {string} one @param {string} [many] with an s unless told @param {string} [shown] */
export const plural = (n, one, many = `${one}s`, shown = String(n)) =>
  `${shown} ${n === 1 ? one : many}`;

/** @param {number} bytes */
export function fileSize(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
