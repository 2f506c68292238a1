/** Mouse, pen, touch and wheel, turned into calls of the present tool in image pixels. */

import { createFingers } from './fingers.js';

/** @typedef {import('../../common/types.js').Point} Point */
/** @typedef {{screen: Point, image: Point, shift: boolean, ctrl: boolean, dragged: boolean}} Press
 * `dragged`: the pointer left the place of the press by more than a shaking hand does. */
/** @typedef {{down: (press: Press) => void, move: (press: Press) => void, up: (press: Press) => void,
 *   cancel: () => void, drop?: () => void, cursor: (press: Press) => string}} Tool
 * `drop` ends only the press; `cancel` everything begun. */
/** @typedef {import('../editor.js').Editor} Editor */

const DRAG_FROM = 4;
/** A finger shakes more than a mouse. */
const FINGER_DRAG_FROM = 8;

/**
 * @param {HTMLElement} surface
 * @param {Editor} editor
 * @param {Record<'draw'|'select'|'pan'|'grab', Tool>} tools
 * @param {() => void} onAct called for every press and zoom, for the activity clock
 * @param {(point: Point) => void} onLongPress in image pixels
 */
export function listenToPointer(surface, editor, tools, onAct, onLongPress) {
  /** @type {Tool|null} the tool that holds the button */
  let holder = null;
  /** @type {Point} */
  let pressedAt = { x: 0, y: 0 };
  let dragged = false;
  let spaceHeld = false;

  const current = () =>
    spaceHeld
      ? tools.pan
      : editor.state.drawing.grabbed
        ? tools.grab
        : tools[editor.state.drawing.tool];
  /** @param {MouseEvent} event @returns {Point} */
  const screenOf = (event) => {
    const frame = surface.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };

  /** @param {MouseEvent} event @returns {Press} */
  const read = (event) => {
    const screen = screenOf(event);
    const far = editor.state.view.finger ? FINGER_DRAG_FROM : DRAG_FROM;
    if (holder && Math.hypot(screen.x - pressedAt.x, screen.y - pressedAt.y) > far) dragged = true;
    const { shiftKey: shift, ctrlKey, metaKey } = event;
    return {
      screen,
      image: editor.viewport.toImage(screen),
      shift,
      ctrl: ctrlKey || metaKey,
      dragged,
    };
  };

  /** @param {Press} press */
  const follow = (press) => {
    editor.state.view.pointer = press.image;
    const hit = holder ? null : editor.hit(press.image);
    editor.state.selection.hoverId = hit?.box.id ?? null;
    surface.style.cursor = (holder ?? current()).cursor(press);
    editor.paint();
  };

  const drop = () => {
    if (holder?.drop) holder.drop();
    else holder?.cancel();
    holder = null;
    dragged = false;
  };

  const fingers = createFingers(editor.viewport, {
    take: drop,
    paint: editor.paint,
    longPress(screen) {
      drop();
      onLongPress(editor.viewport.toImage(screen));
    },
  });

  surface.addEventListener('pointerdown', (event) => {
    if (!editor.state.view.picture || (event.button !== 0 && event.button !== 1)) return;
    event.preventDefault();
    surface.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    onAct();
    editor.state.view.finger = event.pointerType === 'touch';
    if (fingers.down(event, screenOf(event)) || holder) return;
    const press = read(event);
    pressedAt = press.screen;
    dragged = false;
    editor.state.view.pointer = press.image;
    const tool = event.button === 1 ? tools.pan : current();
    tool.down({ ...press, dragged: false });
    holder = tool;
    follow(press);
  });
  surface.addEventListener('pointermove', (event) => {
    if (!editor.state.view.picture || fingers.move(event, screenOf(event))) return;
    const press = read(event);
    editor.state.view.pointer = press.image;
    (holder ?? current()).move(press);
    follow(press);
  });
  surface.addEventListener('pointerup', (event) => {
    if (fingers.up(event) || !holder) return;
    const press = read(event);
    editor.state.view.pointer = press.image;
    const tool = holder;
    holder = null;
    tool.up(press);
    dragged = false;
    onAct();
    follow({ ...press, dragged: false });
    // A finger that left is nowhere; a mouse still is where it was.
    if (event.pointerType === 'touch') leave();
  });
  surface.addEventListener('pointercancel', (event) => {
    fingers.up(event);
    drop();
  });
  const leave = () => {
    editor.state.view.pointer = null;
    editor.state.selection.hoverId = null;
    editor.paint();
  };
  surface.addEventListener('pointerleave', () => {
    if (!holder) leave();
  });
  surface.addEventListener(
    'wheel',
    (event) => {
      if (!editor.state.view.picture) return;
      event.preventDefault();
      onAct();
      // Lines and pages come from mice of other systems; 16 is the usual line.
      const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
      const press = read(event);
      editor.viewport.zoomAt(press.screen, Math.exp(-pixels / (event.ctrlKey ? 100 : 400)));
      follow(read(event));
    },
    { passive: false },
  );
  // The middle button would start the browser's own scrolling; a long press its menu.
  for (const name of ['auxclick', 'contextmenu'])
    surface.addEventListener(name, (event) => event.preventDefault());

  return {
    /** A button or finger is down, and a tool has it. */
    get pressed() {
      return holder !== null;
    },
    /** @param {boolean} held */
    holdSpace(held) {
      spaceHeld = held;
      surface.style.cursor = held ? 'grab' : 'default';
    },
    /** Drops whatever was begun. */
    cancel() {
      drop();
      current().cancel();
    },
  };
}
