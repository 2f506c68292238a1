/** Mouse, pen, touch and wheel, turned into calls of the present tool in image pixels. */

/** @typedef {import('../common/types.js').Point} Point */
/** @typedef {{screen: Point, image: Point, shift: boolean, dragged: boolean}} Press
 * `dragged`: the pointer left the place of the press by more than a shaking hand does. */
/** @typedef {{down: (press: Press) => void, move: (press: Press) => void, up: (press: Press) => void,
 *   cancel: () => void, cursor: (press: Press) => string}} Tool */
/** @typedef {import('./editor.js').Editor} Editor */

const DRAG_FROM = 4;

/**
 * @param {HTMLElement} surface
 * @param {Editor} editor
 * @param {Record<'draw'|'select'|'pan', Tool>} tools
 * @param {() => void} onAct called for every press and zoom, for the activity clock
 */
export function listenToPointer(surface, editor, tools, onAct) {
  /** @type {Tool|null} the tool that holds the button */
  let holder = null;
  /** @type {Point} */
  let pressedAt = { x: 0, y: 0 };
  let dragged = false;
  let spaceHeld = false;

  const current = () => (spaceHeld ? tools.pan : tools[editor.state.tool]);

  /** @param {MouseEvent} event @returns {Press} */
  const read = (event) => {
    const frame = surface.getBoundingClientRect();
    const screen = { x: event.clientX - frame.left, y: event.clientY - frame.top };
    if (holder && Math.hypot(screen.x - pressedAt.x, screen.y - pressedAt.y) > DRAG_FROM)
      dragged = true;
    return { screen, image: editor.viewport.toImage(screen), shift: event.shiftKey, dragged };
  };

  /** @param {Press} press */
  const follow = (press) => {
    editor.state.pointer = press.image;
    const hit = holder ? null : editor.hit(press.image);
    editor.state.hoverId = hit?.box.id ?? null;
    surface.style.cursor = (holder ?? current()).cursor(press);
    editor.paint();
  };

  surface.addEventListener('pointerdown', (event) => {
    if (!editor.state.picture || (event.button !== 0 && event.button !== 1) || holder) return;
    event.preventDefault();
    surface.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    onAct();
    const press = read(event);
    pressedAt = press.screen;
    dragged = false;
    const tool = event.button === 1 ? tools.pan : current();
    tool.down({ ...press, dragged: false });
    holder = tool;
    follow(press);
  });
  surface.addEventListener('pointermove', (event) => {
    if (!editor.state.picture) return;
    const press = read(event);
    (holder ?? current()).move(press);
    follow(press);
  });
  surface.addEventListener('pointerup', (event) => {
    if (!holder) return;
    const press = read(event);
    holder.up(press);
    holder = null;
    dragged = false;
    onAct();
    follow({ ...press, dragged: false });
  });
  surface.addEventListener('pointercancel', () => {
    holder?.cancel();
    holder = null;
  });
  surface.addEventListener('pointerleave', () => {
    editor.state.pointer = null;
    editor.state.hoverId = null;
    editor.paint();
  });
  surface.addEventListener(
    'wheel',
    (event) => {
      if (!editor.state.picture) return;
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
  // The middle button would start the browser's own scrolling.
  surface.addEventListener('auxclick', (event) => event.preventDefault());

  return {
    /** @param {boolean} held */
    holdSpace(held) {
      spaceHeld = held;
      surface.style.cursor = held ? 'grab' : 'default';
    },
    /** Drops whatever is in the making. */
    cancel() {
      holder?.cancel();
      holder = null;
      tools[editor.state.tool].cancel();
    },
  };
}
