/** Two fingers pinch and pan the view; one that rests picks what lies under it. */

/** @typedef {import('../../common/types.js').Point} Point */

const LONG_MS = 500;
const REST_WITHIN = 8;

/**
 * @param {import('../core/viewport.js').Viewport} viewport
 * @param {{take: () => void, paint: () => void, longPress: (screen: Point) => void}} page
 *   `take`: the fingers belong to the view now, whatever a tool began is dropped
 */
export function createFingers(viewport, { take, paint, longPress }) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  /** Until all fingers are up again nothing is drawn. */
  let viewing = false;
  let waiting = 0;
  /** @type {Point} */
  let began = { x: 0, y: 0 };

  const stopWaiting = () => {
    clearTimeout(waiting);
    waiting = 0;
  };
  const pair = () => {
    const [a, b] = [...down.values()];
    return {
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      apart: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)),
    };
  };

  /** Whether the fingers take the event, so that no tool sees it. */
  return {
    /** @param {PointerEvent} event @param {Point} screen */
    down({ pointerId, pointerType }, screen) {
      if (pointerType !== 'touch') return false;
      down.set(pointerId, screen);
      stopWaiting();
      if (down.size === 1) {
        began = screen;
        waiting = window.setTimeout(() => {
          viewing = true;
          longPress(screen);
          navigator.vibrate?.(15);
        }, LONG_MS);
        return false;
      }
      if (!viewing) take();
      viewing = true;
      return true;
    },
    /** @param {PointerEvent} event @param {Point} screen */
    move({ pointerId }, screen) {
      if (!down.has(pointerId)) return false;
      if (Math.hypot(screen.x - began.x, screen.y - began.y) > REST_WITHIN) stopWaiting();
      if (down.size < 2) {
        down.set(pointerId, screen);
        return viewing;
      }
      const before = pair();
      down.set(pointerId, screen);
      const after = pair();
      viewport.panBy(after.middle.x - before.middle.x, after.middle.y - before.middle.y);
      viewport.zoomAt(after.middle, after.apart / before.apart);
      paint();
      return true;
    },
    /** @param {PointerEvent} event */
    up({ pointerId }) {
      if (!down.delete(pointerId)) return false;
      stopWaiting();
      const took = viewing;
      if (!down.size) viewing = false;
      return took;
    },
  };
}
