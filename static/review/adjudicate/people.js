/** Paints everybody's boxes: colour, dash and letter for each person, white for the merged box. */

/** @typedef {import('../../common/api.js').Box} Box */
/** @typedef {import('./decisions.js').Decisions} Decisions */
/** @typedef {{x: number, y: number, w: number, h: number}} Area on the screen */

/** A colour and a dash for each person; the dash alone tells them apart too. */
const LOOKS = [
  { color: '#FFC400', dash: [] },
  { color: '#56B4FF', dash: [10, 5] },
  { color: '#DD2299', dash: [2, 3] },
  { color: '#AADDAA', dash: [10, 4, 2, 4] },
  { color: '#7766EE', dash: [5, 4] },
  { color: '#888844', dash: [14, 4] },
  { color: '#44FFFF', dash: [3, 6] },
  { color: '#DD88AA', dash: [8, 3, 2, 3, 2, 3] },
  { color: '#118866', dash: [1, 4] },
];
/** @param {number} person */
export const styleOf = (person) => LOOKS[person % LOOKS.length];

const FONT = '600 11px Inter, ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif';
const CASING = 'rgb(0 0 0 / 55%)';

/**
 * @param {HTMLElement} surface
 * @param {import('../../annotator/editor.js').Editor} editor
 * @param {() => {decisions: Decisions|null, letters: string[], solo: number|null, drawing: boolean}} state
 */
export function startPeople(surface, editor, state) {
  const layer = document.createElement('canvas');
  layer.dataset.layer = 'people';
  surface.append(layer);
  const context = layer.getContext('2d');
  if (!context) throw new Error('this browser has no 2D canvas');
  const ctx = context;
  let asked = false;

  /** @param {Box} box @returns {Area} */
  const areaOf = (box) => {
    const a = editor.viewport.toScreen({ x: box.x1, y: box.y1 });
    const b = editor.viewport.toScreen({ x: box.x2, y: box.y2 });
    return { x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y };
  };

  /** @param {Area} at @param {string} color @param {number} line @param {number[]} [dash] */
  const frame = ({ x, y, w, h }, color, line, dash = []) => {
    ctx.setLineDash([]);
    ctx.strokeStyle = CASING;
    ctx.lineWidth = line + 2;
    ctx.strokeRect(x, y, w, h);
    ctx.setLineDash(dash);
    ctx.strokeStyle = color;
    ctx.lineWidth = line;
    ctx.strokeRect(x, y, w, h);
    ctx.setLineDash([]);
  };

  /** @param {number} cx @param {number} cy @param {string} text @param {string} color */
  const badge = (cx, cy, text, color) => {
    ctx.beginPath();
    ctx.roundRect(cx - 9, cy - 9, 18, 18, 4);
    ctx.fillStyle = color;
    ctx.fill();
    ctx.strokeStyle = '#000';
    ctx.lineWidth = 1.5;
    ctx.stroke();
    ctx.font = FONT;
    ctx.fillStyle = '#000';
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, cx, cy + 0.5);
  };

  /** How far the edges scatter, as a pale band of one standard deviation on each side.
   * @param {Area} at @param {number} spread relative to the side */
  const band = ({ x, y, w, h }, spread) => {
    const [dx, dy] = [w * spread, h * spread];
    ctx.beginPath();
    ctx.rect(x - dx, y - dy, w + 2 * dx, h + 2 * dy);
    ctx.rect(x + dx, y + dy, Math.max(0, w - 2 * dx), Math.max(0, h - 2 * dy));
    ctx.fillStyle = 'rgb(255 255 255 / 22%)';
    ctx.fill('evenodd');
  };

  /** @param {Area} at @param {string} text */
  const note = ({ x, y, w, h }, text) => {
    ctx.font = FONT;
    const wide = ctx.measureText(text).width + 16;
    const left = x + w / 2 - wide / 2;
    ctx.beginPath();
    ctx.roundRect(left, y + h - 10, wide, 20, 4);
    ctx.fillStyle = '#fff';
    ctx.fill();
    ctx.fillStyle = '#000';
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, x + w / 2, y + h + 0.5);
  };

  /** @param {Decisions} decisions @param {string[]} letters @param {number|null} solo */
  const paintCurrent = (decisions, letters, solo) => {
    const group = decisions.group;
    if (!group) return;
    const at = areaOf(group.mean);
    if (!editor.state.display.hidden) {
      group.drawn.forEach(({ person, box }, row) => {
        if (solo !== null && solo !== person) return;
        const style = styleOf(person);
        const mine = areaOf(box);
        frame(mine, style.color, 2, style.dash);
        const step = mine.h / (group.drawn.length + 1);
        badge(mine.x, mine.y + step * (row + 1), letters[person] ?? '?', style.color);
      });
    }
    if (solo !== null) return;
    if (group.spread) band(at, group.spread);
    frame(at, '#fff', 3.5, group.merged ? [] : [6, 4]);
    note(at, group.merged ? `merged, ${group.agreement.toFixed(2)} agree` : 'left out');
  };

  /** @param {Decisions} decisions */
  const paintOthers = (decisions) => {
    decisions.groups.forEach((group, place) => {
      if (place === decisions.current) return;
      const decision = decisions.of(place);
      const waits = !decision && decisions.open.includes(place);
      const boxes = decision?.boxes ?? (group.merged || waits ? [group.mean] : []);
      for (const box of boxes) frame(areaOf(box), '#fff', 1, waits ? [3, 3] : []);
    });
    for (const box of decisions.extra) frame(areaOf(box), '#fff', 2);
  };

  const paint = () => {
    asked = false;
    const { width, height } = editor.viewport.view;
    const ratio = window.devicePixelRatio || 1;
    layer.width = Math.round(width * ratio);
    layer.height = Math.round(height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { decisions, letters, solo, drawing } = state();
    if (!decisions || !editor.state.view.picture) return;
    paintOthers(decisions);
    if (!drawing) paintCurrent(decisions, letters, solo);
    else if (decisions.group) frame(areaOf(decisions.group.mean), '#fff', 1, [2, 3]);
  };
  editor.onPaint(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  });
}
