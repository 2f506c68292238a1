/** Numbers, times and names as the live page says them. */

const whole = new Intl.NumberFormat('en');
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });

/** @param {number} value */
export const count = (value) => whole.format(value);
/** @param {number} value */
export const dollars = (value) => money.format(value);
/** @param {number} value */
export const two = (value) => value.toFixed(2);

/** Durations up to an hour, then hours. @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** @param {string|number} moment */
export const clock = (moment) =>
  new Date(moment).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/** COLLECTING is Collecting. @param {string} state */
export const stateWord = (state) => state.charAt(0) + state.slice(1).toLowerCase();

/** @param {number} bytes */
export function fileSize(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
