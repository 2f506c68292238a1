/** What a reviewer sees beside the image: this label's scores, and how the audit stands. */

import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { pathChart } from './path.js';

/** @typedef {import('../common/api.js').Audit} Audit */
/** @typedef {import('../common/api.js').AuditProgress} AuditProgress */

/** @param {string} name @param {string} value */
const line = (name, value) =>
  el('p', { class: 'pair' }, el('span', { text: name }), el('strong', { text: value }));

/** @param {{confidence: number|null, threshold: number|null}} scores */
function confidenceBar({ confidence, threshold }) {
  if (confidence === null) return null;
  return el(
    'div',
    {},
    line('Image confidence', confidence.toFixed(2)),
    el(
      'div',
      { class: 'confidence', 'aria-hidden': 'true' },
      el('div', { class: 'bar' }, el('span', { style: { width: `${confidence * 100}%` } })),
      threshold !== null &&
        el('i', { class: 'theta-tick', style: { left: `${threshold * 100}%` } }),
    ),
    threshold !== null &&
      el('p', {
        class: 'theta-name',
        style: { '--at': `${threshold * 100}%` },
        text: `θ ${threshold.toFixed(2)}`,
      }),
  );
}

/** @param {HTMLElement} root @param {Audit|null} audit @param {boolean} [revealing] whether its boxes
 * are being compared with a drawing */
export function showLabel(root, audit, revealing = false) {
  root.hidden = !audit;
  if (!audit) return;
  const scores = audit.boxes.map((box) => box.score).filter((score) => score !== undefined);
  fill(
    root,
    el(
      'div',
      { class: 'section-head' },
      el('h2', {
        class: 'section-title',
        text: revealing ? 'Did you overlook this?' : audit.blind ? 'Drawn blind' : 'This label',
      }),
      el('span', { class: 'grow' }),
      el(
        'span',
        { class: 'chip' },
        icon(audit.blind ? 'pencil' : 'chip'),
        audit.blind ? 'blind check' : `auto, round ${audit.round.number}`,
      ),
    ),
    audit.blind &&
      el('p', {
        class: 'section-help',
        text: revealing
          ? 'None of your boxes matches this one. Yes adds it to yours. Some are of the auto-label, some are wrong on purpose.'
          : 'Draw every object yourself. Then boxes that you have not are shown, for a yes or no each: those of the auto-label, and some that are wrong on purpose.',
      }),
    !audit.blind && confidenceBar(audit),
    !audit.blind && line('Boxes', String(audit.boxes.length)),
    scores.length > 0 && line('Lowest box score', Math.min(...scores).toFixed(2)),
    !audit.blind &&
      !audit.scores_shown &&
      el('p', {
        class: 'section-help',
        text: 'Scores are shown after the verdict, so that they sway nobody.',
      }),
  );
}

/** @param {HTMLElement} root @param {AuditProgress|null} progress */
export function showProgress(root, progress) {
  root.hidden = !progress;
  if (!progress) return;
  const {
    decided,
    about,
    observed,
    bound,
    target,
    path,
    approved,
    corrected,
    rejected,
    sentence,
    kind,
  } = progress;
  /** @param {number|null} n @param {string} mark @param {string} words */
  const tally = (n, mark, words) =>
    el(
      'div',
      { class: `tally tally-${mark}` },
      el('strong', { text: n ?? 0 }),
      el('span', {}, icon(mark), words),
    );
  fill(
    root,
    el(
      'div',
      { class: 'section-head' },
      el('h2', {
        class: 'section-title',
        text: kind === 'certificate' ? 'Certificate audit' : 'Audit',
      }),
      el('span', { class: 'grow' }),
      el('span', {
        class: 'section-key',
        text: about ? `${decided} of about ${about}` : `${decided} audited`,
      }),
    ),
    path.length > 1 && pathChart(progress),
    observed !== null &&
      el('p', {
        class: 'folded-numbers',
        text: `Observed ${observed.toFixed(2)}, bound ${bound?.toFixed(2) ?? '–'}, target ${target.toFixed(2)}`,
      }),
    sentence &&
      el(
        'p',
        { class: 'notice' },
        icon(bound !== null && bound >= target ? 'check' : 'clock'),
        sentence,
      ),
    // Before a proof is done the counts are kept from reviewers, as the running quality is.
    kind !== 'certificate' &&
      el(
        'div',
        { class: 'tallies' },
        tally(approved, 'check', 'approved'),
        tally(corrected, 'pencil', 'corrected'),
        tally(rejected, 'cross', 'rejected'),
      ),
  );
}

/** What was hidden before the verdict is told after it.
 * @param {HTMLElement} root @param {import('../common/api.js').Decided} reply */
export function showAfter(root, { verdict, shown }) {
  root.hidden = !shown;
  if (!shown) return;
  const scores = (shown.boxes ?? []).map((/** @type {{score?: number}} */ box) => box.score ?? 1);
  fill(
    root,
    el('h2', {
      class: 'section-title',
      text: `The last one: ${verdict === 'unjudgeable' ? 'not judged' : verdict}`,
    }),
    confidenceBar(shown),
    scores.length > 0 && line('Lowest box score', Math.min(...scores).toFixed(2)),
  );
}
