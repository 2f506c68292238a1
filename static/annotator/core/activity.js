/** How long somebody really worked on an image: time between actions, with pauses cut off. */

const IDLE_AFTER_MS = 15_000;

/** @param {number} startedAt ms @param {number} [already] ms counted before, from a draft */
export function createActivity(startedAt, already = 0) {
  let last = startedAt;
  let total = already;
  return {
    /** @param {number} now ms */
    touch(now) {
      total += Math.min(Math.max(0, now - last), IDLE_AFTER_MS);
      last = now;
      return Math.round(total);
    },
    get total() {
      return Math.round(total);
    },
    get last() {
      return last;
    },
  };
}

/** @param {readonly number[]} values */
export function median(values) {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
