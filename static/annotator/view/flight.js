/** Moves the view to a box or to the whole image, quickly but so that the eye can follow. */

const FLIGHT_MS = 160;

/** @param {import('../editor.js').Editor} editor */
export function createFlight(editor) {
  const { viewport } = editor;
  let frame = 0;
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  /** @param {() => void} jump sets the view where it shall end */
  return (jump) => {
    cancelAnimationFrame(frame);
    const from = viewport.place;
    jump();
    const to = viewport.place;
    const { view } = viewport;
    if (still.matches || !editor.state.view.bitmap) return editor.paint();
    const began = performance.now();
    const step = () => {
      // The window has another size now, and the view found its place in it already.
      if (viewport.view !== view) return;
      const share = Math.min(1, (performance.now() - began) / FLIGHT_MS);
      const eased = 1 - (1 - share) ** 3;
      viewport.between(from, to, eased);
      editor.paint();
      if (share < 1) frame = requestAnimationFrame(step);
    };
    step();
  };
}
