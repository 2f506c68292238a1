/** Where the magnifier goes: beside the pointer, and off the box being drawn and its words. */

/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {import('../../common/types.js').Size} Size */
/** @typedef {{x: number, y: number, w: number, h: number}} Area on the screen */

export const GLASS = 176;
const APART = 60;
const AIR = 8;
/** Nearer than this the glass would lie under the pointer, or under the finger. */
const MOUSE_ROOM = 20;
const FINGER_ROOM = 40;
/** Words are small, and covered in part they are not read. */
const WORDS_WEIGH = 20;
/** Differences below this are no reason to jump to another side. */
const STEP = 2_000;

/** @param {Area} a @param {Area} b in square pixels */
const shared = (a, b) =>
  Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y));

/** Its top left corners, best first. @param {Point} at @param {Size} view @param {boolean} finger
 * @returns {Point[]} */
function places(at, view, finger) {
  const [right, left, middle] = [at.x + APART, at.x - APART - GLASS, at.x - GLASS / 2];
  const [below, above, level] = [at.y + APART, at.y - APART - GLASS, at.y - GLASS / 2];
  const [free, other] = at.x < view.width / 2 ? [right, left] : [left, right];
  const corners = [view.width, 0].flatMap((x) => [0, view.height].map((y) => ({ x, y })));
  if (at.x >= view.width / 2) corners.reverse();
  const sides = [free, other].flatMap((x) => [
    { x, y: above },
    { x, y: level },
  ]);
  // The hand hides what is below a finger.
  if (finger) return [{ x: middle, y: above }, ...sides, ...corners.filter(({ y }) => y === 0)];
  return [
    ...[free, other].map((x) => ({ x, y: level })),
    ...[above, below].flatMap((y) => [free, other, middle].map((x) => ({ x, y }))),
    ...corners,
  ];
}

/**
 * @param {Point} at the pointer @param {Size} view @param {boolean} finger
 * @param {Area|null} box being drawn @param {readonly Area[]} words
 * @returns {Area}
 */
export function placeGlass(at, view, finger, box, words) {
  const room = finger ? FINGER_ROOM : MOUSE_ROOM;
  const about = { x: at.x - room, y: at.y - room, w: 2 * room, h: 2 * room };
  const [first, ...rest] = places(at, view, finger).map(({ x, y }) => ({
    x: Math.min(Math.max(AIR, x), view.width - GLASS - AIR),
    y: Math.min(Math.max(AIR, y), view.height - GLASS - AIR),
    w: GLASS,
    h: GLASS,
  }));
  /** @param {Area} glass */
  const cost = (glass) => {
    if (shared(glass, about)) return Infinity;
    const covered = words.reduce((sum, area) => sum + shared(glass, area), 0) * WORDS_WEIGH;
    return Math.ceil((covered + (box ? shared(glass, box) : 0)) / STEP);
  };
  return rest.reduce(
    (best, glass) => {
      const costs = cost(glass);
      return costs < best.costs ? { glass, costs } : best;
    },
    { glass: first, costs: cost(first) },
  ).glass;
}
