/** Numbers, times and names as the live page says them. */

const whole = new Intl.NumberFormat('en');
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });

/** @param {number} value */
export const count = (value) => whole.format(value);
/** @param {number} value */
export const dollars = (value) => money.format(value);
/** @param {number} value */
export const two = (value) => value.toFixed(2);

const BELOW_PEOPLE = 0.05; // of what one person reaches: docs/algorithms.md 1.6

/** Where a target asks for more than people give, in words; '' where all these ask for less.
 * @param {number|null|undefined} alone mean quality of one person's answers against the labels
 * @param {readonly number[]} targets */
export function peoplesLimit(alone, targets) {
  if (alone === null || alone === undefined) return '';
  const limit = Math.max(0, alone - BELOW_PEOPLE);
  if (targets.every((target) => target <= limit)) return '';
  return `One person alone reaches ${two(alone)} against the labels of several: a target above ${two(limit)} asks more than people give.`;
}

/** Durations up to an hour, then hours. @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** @param {string|number} moment */
export const clock = (moment) =>
  new Date(moment).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/** @param {string} moment */
export const day = (moment) =>
  new Date(moment).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** COLLECTING is Collecting. @param {string} state */
export const stateWord = (state) => state.charAt(0) + state.slice(1).toLowerCase();
