/** The verdict bar over the canvas, and in the panel how far the check of this image is. */

import { el, fill, must } from '../../common/dom.js';
import { icon } from '../../common/icons.js';
import { areaOf } from '../view/paint/lines.js';

const THUMB = { width: 54, height: 36 };
const WORDS = { accepted: 'Accepted', fixed: 'Fixed', rejected: 'Rejected' };
const MARKS = { accepted: 'check', fixed: 'pencil', rejected: 'cross' };

/** @param {import('../editor.js').Editor} editor */
export function createVerifyPanel(editor) {
  const bar = must('[data-verdict-bar]');
  const root = must('[data-verify]');
  const question = el('strong', { class: 'verdict-question' });
  /** @param {string} id @param {string} mark @param {string} text @param {string} tone */
  const answer = (id, mark, text, tone) =>
    el(
      'button',
      { class: `button verdict ${tone}`, 'data-action': id },
      icon(mark),
      text,
      el('span', { class: 'keys', 'data-keys': true }),
    );
  const answers = el(
    'span',
    { class: 'verdict-answers' },
    answer('accept', 'check', 'Accept', 'is-ok'),
    answer('grab', 'pencil', 'Fix', ''),
    answer('reject', 'cross', 'Reject', 'is-bad'),
  );
  const done = answer('submit', 'check', 'Done fixing', 'is-ok');
  const none = answer('submit', 'check', 'No, submit', 'is-ok');
  const back = answer('undo-verdict', 'undo', 'Undo', '');
  fill(bar, question, answers, done, none, back);

  /** A close-up of one box, painted once its pixels are there.
   * @param {import('../../common/types.js').DocBox} box */
  const thumb = (box) => {
    const canvas = el('canvas', { ...THUMB, class: 'thumb', 'aria-hidden': 'true' });
    const { bitmap, picture } = editor.state.view;
    const ctx = canvas.getContext('2d');
    if (!ctx || !bitmap || !picture) return canvas;
    const share = bitmap.width / picture.width;
    const wide = Math.max((box.x2 - box.x1) * 1.4, ((box.y2 - box.y1) * 1.4 * 3) / 2);
    const scale = THUMB.width / wide;
    const left = (box.x1 + box.x2) / 2 - wide / 2;
    const top = (box.y1 + box.y2) / 2 - wide / 3;
    ctx.drawImage(
      bitmap,
      left * share,
      top * share,
      wide * share,
      (wide * share * 2) / 3,
      0,
      0,
      54,
      36,
    );
    const at = areaOf(/** @type {any} */ ({ left: -left * scale, top: -top * scale, scale }), box);
    ctx.strokeStyle = editor.classOf(box.class_id)?.color ?? '#fff';
    ctx.lineWidth = 1.5;
    ctx.strokeRect(at.x, at.y, at.w, at.h);
    return canvas;
  };
  /** @type {WeakMap<object, HTMLCanvasElement>} */
  let thumbs = new WeakMap();
  /** @type {object|null} */
  let bitmapBefore = null;

  /** @param {number} number @param {string} text @param {string} note @param {boolean} now */
  const step = (number, text, note, now) =>
    el(
      'li',
      { class: now ? 'step-row is-now' : 'step-row', 'aria-current': now ? 'step' : null },
      el('span', { class: 'step-number', text: number }),
      el('strong', { text }),
      el('span', { class: 'step-note', text: note }),
    );

  return {
    /** @param {ReturnType<typeof import('../core/verify.js').createVerdicts>|null} verdicts
     * @param {number|null} spot @param {boolean} fixing @param {boolean} low the box is at the bottom */
    show(verdicts, spot, fixing, low) {
      bar.hidden = root.hidden = verdicts === null;
      must('.panel').classList.toggle('is-checking', verdicts !== null && spot !== null);
      if (!verdicts) return;
      const asking = spot !== null;
      if (bitmapBefore !== editor.state.view.bitmap) thumbs = new WeakMap();
      bitmapBefore = editor.state.view.bitmap;
      bar.classList.toggle('is-top', low);
      const { order } = verdicts;
      const place = order.findIndex((box) => box.id === spot) + 1;
      question.textContent = fixing
        ? `Fix box ${place} of ${order.length}`
        : asking
          ? `Box ${place} of ${order.length}: is it right?`
          : 'Anything missing? Draw it now.';
      answers.hidden = !asking || fixing;
      done.hidden = !fixing;
      none.hidden = asking;
      fill(
        root,
        el(
          'ol',
          { class: 'steps' },
          step(1, 'Check each box', `${verdicts.count} of ${order.length}`, asking),
          el(
            'li',
            { class: 'progress', 'aria-hidden': 'true' },
            ...order.map((box) => {
              const verdict = verdicts.of(box.id);
              return el('i', { class: box.id === spot ? 'is-now' : (verdict ?? '') });
            }),
          ),
          step(2, 'Anything missing?', 'whole image', !asking),
        ),
        el(
          'ul',
          { class: 'check-rows', 'aria-label': 'Boxes of this image' },
          ...order.map((box) => {
            const verdict = verdicts.of(box.id);
            const small = thumbs.get(box) ?? thumb(box);
            if (editor.state.view.bitmap) thumbs.set(box, small);
            const now = box.id === spot;
            return el(
              'li',
              { class: now ? 'check-row is-now' : 'check-row' },
              small,
              el(
                'span',
                { class: 'check-words' },
                el('strong', { text: editor.classOf(box.class_id)?.name ?? 'unknown' }),
                box.score !== undefined && el('span', { text: `score ${box.score.toFixed(2)}` }),
              ),
              el(
                'span',
                { class: 'check-state' },
                verdict && !now && icon(MARKS[verdict]),
                now ? 'Now' : verdict ? WORDS[verdict] : 'To do',
              ),
            );
          }),
        ),
      );
      root.querySelector('.check-row.is-now')?.scrollIntoView({ block: 'nearest' });
    },
  };
}
