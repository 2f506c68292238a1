/** Numbers as words say them. */

/** @param {number} n @param {string} one @param {string} [many] with an s unless told @param {string} [shown] */
export const plural = (n, one, many = `${one}s`, shown = String(n)) =>
  `${shown} ${n === 1 ? one : many}`;
