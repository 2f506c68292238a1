/** Draws boxes with their tags; those nobody points at in one go, the chosen ones above them. */

import { HANDLES, handlePoint } from '../../core/geometry.js';
import { areaOf, DASHES, frame, note, tag } from './lines.js';

/** @typedef {import('../../editor.js').Editor} Editor */
/** @typedef {import('../../../common/types.js').DocBox} DocBox */
/** @typedef {import('./lines.js').Context} Context */
/** @typedef {import('./lines.js').Area} Area */

const TAG_FROM_WIDTH = 24;
const HANDLE = 8;
const FINGER_HANDLE = 16;
/** Smaller on the screen than this, a box is a dot. */
const DOT = 3;
/** From this place in the list on colours repeat: then a second line tells them apart. */
const COLOURS = 12;
/** In a smaller box on the screen that line would hide the object. */
const SECOND_FROM = 36;
const UNKNOWN = { name: 'unknown', color: '#ffffff', hotkey: '', place: -1 };

/** @param {number} score */
const shortScore = (score) => score.toFixed(2).replace(/^0/, '');

/** @param {Editor} editor @param {DocBox} box @param {boolean} pointed */
function textOf(editor, box, pointed) {
  const entry = editor.classOf(box.class_id) ?? UNKNOWN;
  const number = entry.hotkey || String(entry.place + 1);
  const lock = editor.locked(box) ? ' · locked' : '';
  const score = box.score === undefined ? '' : ` ${shortScore(box.score)}`;
  const { labels } = editor.state.display;
  if (labels === 'none' && !pointed) return '';
  if (labels === 'numbers' && !pointed) return `${number}${lock}`;
  return `${number} ${entry.name}${score}${lock}`;
}

/** @param {Context} ctx @param {Editor} editor @param {DocBox} box @param {Area} at @param {number} line */
function lines(ctx, editor, box, at, line) {
  const entry = editor.classOf(box.class_id) ?? UNKNOWN;
  frame(ctx, at, entry.color, editor.locked(box) ? 1 : line, box.suggested ? DASHES : undefined);
  if (entry.place < COLOURS || Math.min(at.w, at.h) < SECOND_FROM) return;
  frame(ctx, { x: at.x + 4, y: at.y + 4, w: at.w - 8, h: at.h - 8 }, entry.color, 1);
}

/** @param {Context} ctx @param {Editor} editor @param {DocBox} box @param {Area} at @param {boolean} pointed */
function label(ctx, editor, box, at, pointed) {
  if (at.w < TAG_FROM_WIDTH && !pointed) return;
  const text = textOf(editor, box, pointed);
  const entry = editor.classOf(box.class_id) ?? UNKNOWN;
  if (text) tag(ctx, at, text, entry.color, box.suggested);
}

/** All boxes but the chosen ones. @param {Context} ctx @param {Editor} editor @param {readonly DocBox[]} boxes */
export function paintBoxes(ctx, editor, boxes) {
  const { view } = editor.viewport;
  /** @type {[DocBox, Area][]} */
  const inView = [];
  for (const box of boxes) {
    const at = areaOf(editor.viewport, box);
    if (at.x > view.width || at.y > view.height || at.x + at.w < 0 || at.y + at.h < -20) continue;
    inView.push([box, at]);
  }
  for (const [box, at] of inView) {
    if (at.w >= DOT && at.h >= DOT) lines(ctx, editor, box, at, 2);
    else {
      ctx.fillStyle = editor.classOf(box.class_id)?.color ?? '#fff';
      ctx.fillRect(at.x - 1, at.y - 1, Math.max(DOT, at.w), Math.max(DOT, at.h));
    }
  }
  for (const [box, at] of inView) label(ctx, editor, box, at, false);
}

/** @param {Context} ctx @param {Editor} editor @param {DocBox} box */
function handles(ctx, editor, box) {
  const size = editor.state.view.finger ? FINGER_HANDLE : HANDLE;
  for (const name of HANDLES) {
    const { x, y } = editor.viewport.toScreen(handlePoint(box, name));
    ctx.fillStyle = editor.state.drawing.grabbed === name ? '#16181d' : '#fff';
    ctx.strokeStyle = editor.state.drawing.grabbed === name ? '#fff' : '#16181d';
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.roundRect(x - size / 2, y - size / 2, size, size, size === HANDLE ? 1.5 : size / 2);
    ctx.fill();
    ctx.stroke();
  }
}

/** @param {Context} ctx @param {Editor} editor @param {DocBox} box */
function paintChosen(ctx, editor, box) {
  const at = areaOf(editor.viewport, box);
  ctx.globalAlpha = 0.14;
  ctx.fillStyle = editor.classOf(box.class_id)?.color ?? '#fff';
  ctx.fillRect(at.x, at.y, at.w, at.h);
  ctx.globalAlpha = 1;
  frame(ctx, { x: at.x - 1.5, y: at.y - 1.5, w: at.w + 3, h: at.h + 3 }, '#fff', 3);
  lines(ctx, editor, box, at, 2);
  label(ctx, editor, box, at, true);
  if (box.id !== editor.state.selection.selectedId || !editor.state.drawing.editable) return;
  if (editor.state.selection.chosen.size === 1 && !editor.locked(box)) handles(ctx, editor, box);
  for (const words of sizeNotes(at, box)) note(ctx, words);
}

/** The size of a box in pixels of the image, along its sides where there is room.
 * @param {Area} at @param {import('../../core/geometry.js').Rect} box
 * @returns {import('./lines.js').Note[]} */
export function sizeNotes(at, box) {
  const [wide, high] = [Math.round(box.x2 - box.x1), Math.round(box.y2 - box.y1)];
  const below = { x: at.x + at.w / 2, y: at.y + at.h + 18 };
  if (at.h < 60) return [{ text: `${wide} × ${high} px`, ...below }];
  return [
    { text: `${wide} px`, ...below },
    { text: `${high} px`, x: at.x + at.w + 30, y: at.y + at.h / 2 },
  ];
}

/** All but the box that is asked about, dimmed. @param {Context} ctx @param {Editor} editor */
export function paintSpot(ctx, editor) {
  const box = editor.doc.find(editor.state.display.spot);
  if (!box) return;
  const at = areaOf(editor.viewport, box);
  const { width, height } = editor.viewport.view;
  ctx.beginPath();
  ctx.rect(0, 0, width, height);
  ctx.rect(at.x, at.y, at.w, at.h);
  ctx.fillStyle = 'rgb(0 0 0 / 33%)';
  ctx.fill('evenodd');
  if (editor.state.selection.chosen.has(box.id)) return;
  lines(ctx, editor, box, at, 3);
  label(ctx, editor, box, at, true);
}

/** The boxes somebody points at or has chosen, last so that their handles lie above all lines.
 * @param {Context} ctx @param {Editor} editor */
export function paintPointed(ctx, editor) {
  const { selection } = editor.state;
  const shown = editor.shown();
  const hovered = shown.find(
    (box) => box.id === selection.hoverId && !selection.chosen.has(box.id),
  );
  if (hovered) {
    const at = areaOf(editor.viewport, hovered);
    lines(ctx, editor, hovered, at, 3);
    label(ctx, editor, hovered, at, true);
  }
  if (!selection.chosen.size) return;
  for (const box of shown)
    if (selection.chosen.has(box.id) && box.id !== selection.selectedId)
      paintChosen(ctx, editor, box);
  const selected = shown.find((box) => box.id === selection.selectedId);
  if (selected) paintChosen(ctx, editor, selected);
}
