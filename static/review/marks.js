/** A layer above the boxes: all but the close-up dimmed by a third, and ticks on decided boxes. */

/** @typedef {import('../annotator/core/geometry.js').Rect} Rect */

const BADGE = 16;
const AIR = 6;
/** The tag above the box stays readable. */
const TAG = 16;

/** @param {HTMLElement} surface @param {import('../annotator/editor.js').Editor} editor
 * @param {import('./boxwalk.js').BoxWalk} walk @param {() => boolean} judging */
export function startMarks(surface, editor, walk, judging) {
  const layer = document.createElement('canvas');
  layer.dataset.layer = 'marks';
  surface.append(layer);
  const ctx = layer.getContext('2d');
  if (!ctx) throw new Error('this browser has no 2D canvas');
  let asked = false;

  /** @param {Rect} box */
  const areaOf = (box) => {
    const a = editor.viewport.toScreen({ x: box.x1, y: box.y1 });
    const b = editor.viewport.toScreen({ x: box.x2, y: box.y2 });
    return { x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y };
  };

  /** @param {Rect} box */
  const dimAround = (box) => {
    const { left, top, image, scale } = editor.viewport;
    const { x, y, w, h } = areaOf(box);
    ctx.beginPath();
    ctx.rect(left, top, image.width * scale, image.height * scale);
    ctx.rect(x - AIR, y - AIR - TAG, w + 2 * AIR, h + 2 * AIR + TAG);
    ctx.fillStyle = 'rgb(0 0 0 / 35%)';
    ctx.fill('evenodd');
  };

  /** @param {Rect} box @param {import('./boxwalk.js').Mark} mark */
  const badge = (box, mark) => {
    const { x, y, w } = areaOf(box);
    const [cx, cy] = [x + w - BADGE / 2, y + BADGE / 2];
    ctx.beginPath();
    ctx.arc(cx, cy, BADGE / 2, 0, 2 * Math.PI);
    ctx.fillStyle = mark === 'fixed' ? '#855a00' : '#0f7a4a';
    ctx.fill();
    ctx.lineWidth = 2;
    ctx.strokeStyle = '#fff';
    ctx.beginPath();
    if (mark === 'fixed') {
      ctx.moveTo(cx - 3.5, cy + 3.5);
      ctx.lineTo(cx + 3.5, cy - 3.5);
    } else {
      ctx.moveTo(cx - 4, cy);
      ctx.lineTo(cx - 1, cy + 3);
      ctx.lineTo(cx + 4, cy - 3);
    }
    ctx.stroke();
  };

  const paint = () => {
    asked = false;
    const { width, height } = editor.viewport.view;
    const ratio = window.devicePixelRatio || 1;
    if (layer.width !== Math.round(width * ratio) || layer.height !== Math.round(height * ratio)) {
      layer.width = Math.round(width * ratio);
      layer.height = Math.round(height * ratio);
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    if (!editor.state.view.picture || editor.state.display.hidden || !judging()) return;
    if (editor.selected) dimAround(editor.selected);
    for (const box of editor.doc.boxes) {
      const mark = walk.marks.get(box.id);
      if (mark) badge(box, mark);
    }
  };
  editor.onPaint(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  });
}
