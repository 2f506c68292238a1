/** The report's first words: one sentence, one number, what was checked, and the worst of it. */

import { el, fill } from '../common/dom.js';
import { figure } from '../common/figure.js';
import { icon } from '../common/icons.js';
import { plural } from '../common/words.js';
import { count, two } from '../dashboard/words.js';

/** @typedef {import('../common/api.js').Box} Box */
/** @typedef {import('../common/api.js').Picture} Picture */
/** @typedef {import('../common/api.js').Snapshot} Snapshot */
/** @typedef {'same'|'moved'|'missed'|'false'|'unjudged'} Difference */
/** @typedef {import('../common/api.js').WorstImage} Worst */
/** @typedef {import('../common/api.js').Checked} Checked */
/** @typedef {import('../common/api.js').ProofFiles} ProofFiles */

/** @type {Record<string, [string, string]>} status to icon and words */
const STATUS = {
  pending: ['clock', 'In audit: not final yet'],
  certified: ['check', 'Certified'],
  not_provable: ['warn', 'Not proven: these labels carry no guarantee'],
  refused: ['cross', 'Refused: these labels carry no guarantee'],
};

/** @param {Snapshot} snapshot @returns {[string, string, string]} icon, state, sentence */
function said({ certificate, job }) {
  if (certificate) {
    const [mark, word] = STATUS[certificate.status];
    const promised = ['pending', 'certified'].includes(certificate.status);
    return [mark, word, promised ? certificate.claim : certificate.sentence];
  }
  if (!job.assist)
    return [
      'check',
      'Manual labels only',
      'Every image is labelled by people; nothing is auto-accepted.',
    ];
  return job.acceptance === 'certified'
    ? [
        'clock',
        'Not audited yet',
        'The audit follows in the closing round, once another batch is not worth its cost.',
      ]
    : [
        'warn',
        'No guarantee',
        `Labels are accepted above a threshold that aims at a mean quality of ${two(job.target)}.`,
      ];
}

/** What became of the checked images. @param {Checked} checked */
function findings(checked) {
  const images = (/** @type {number} */ n) => plural(n, 'image', 'images', count(n));
  /** @type {[number, string][]} */
  const parts = [
    [checked.same, 'were left as they were'],
    [checked.moved, 'had only edges moved'],
    [checked.missed, 'had an object without a box'],
    [checked.false, 'had a box without an object, or of the wrong class'],
    [checked.unjudged, 'could not be judged and count 0'],
  ];
  const had = parts.filter(([n]) => n > 0);
  return [
    el('p', {
      text: `${images(checked.checked)} of ${count(checked.of)}, drawn at random, ${checked.checked === 1 ? 'was' : 'were'} reviewed:`,
    }),
    el(
      'ul',
      { class: 'findings' },
      ...had.map(([n, words]) => el('li', {}, el('strong', { text: count(n) }), ` ${words}`)),
    ),
  ];
}

/** @param {HTMLElement} card @param {Snapshot} snapshot
 * @param {{checked: Checked|null, help: string[], files: ProofFiles|null}} report */
export function showVerdict(card, snapshot, { checked, help, files }) {
  const [mark, state, sentence] = said(snapshot);
  const { certificate, job } = snapshot;
  fill(
    card,
    el(
      'p',
      { class: `seal-state is-${certificate?.status ?? 'none'}` },
      icon(mark),
      el('strong', { text: state }),
    ),
    el('h2', { class: 'claim', text: sentence }),
    checked &&
      el(
        'div',
        { class: 'verdict-body' },
        el(
          'div',
          { class: 'verdict-number' },
          el('strong', { text: two(checked.mean) }),
          el('span', { text: `measured quality; the target is ${two(job.target)}` }),
          el('span', {
            class: 'verdict-scale',
            text: '1: every box is exactly as the reviewer drew it. A missed or extra box counts 0, one that is off by a few pixels about .9.',
          }),
        ),
        el('div', { class: 'verdict-found' }, ...findings(checked)),
      ),
    help.length > 0 &&
      el(
        'div',
        { class: 'help-box' },
        el('h3', { text: 'How to reach it' }),
        el('ul', {}, ...help.map((text) => el('li', { text }))),
      ),
    certificate?.url &&
      el(
        'p',
        { class: 'seal-file' },
        el(
          'a',
          { class: 'button', href: certificate.url, download: true },
          icon('download'),
          'Certificate file',
        ),
        files?.labels_url &&
          el(
            'a',
            { class: 'button', href: files.labels_url, download: true },
            icon('download'),
            'Its labels',
          ),
        files &&
          el(
            'span',
            { class: 'seal-command' },
            'Verify it: ',
            el('code', {
              text: `manage.py verify_certificate FILE${files.labels_url ? ' --labels LABELS' : ''} --key ${files.public_key}`,
            }),
          ),
      ),
  );
}

/** @type {Record<Difference, string>} */
const WORDS = {
  same: 'unchanged',
  moved: 'edges moved',
  missed: 'object missed',
  false: 'extra box',
  unjudged: 'not judged',
};

/** @param {HTMLElement} card @param {Checked|null} checked */
export function showWorst(card, checked) {
  card.hidden = !checked?.worst.length;
  if (!checked) return;
  fill(
    card,
    el(
      'div',
      { class: 'card-head' },
      el('h2', {
        class: 'card-title',
        text: `The worst ${checked.worst.length === 1 ? 'image' : count(checked.worst.length)} of those checked`,
      }),
      el(
        'span',
        { class: 'card-side worst-legend' },
        el('i', { class: 'line-label' }),
        'label ',
        el('i', { class: 'line-checker' }),
        'checker',
      ),
    ),
    el(
      'ul',
      { class: 'sure-row worst-row' },
      ...checked.worst.map(({ image, value, label, checker, found }) => {
        const words = found.map((kind) => WORDS[kind]).join(', ');
        const boxes = [...label, ...checker];
        const style = (/** @type {Box} */ _, /** @type {number} */ place) =>
          place < label.length
            ? { color: '#ffb000', width: 2 }
            : { color: '#38d9ff', dash: '4 3', width: 2 };
        return el(
          'li',
          {},
          figure(image, boxes, style, { lazy: true, alt: `${image.name}: ${words}` }),
          el(
            'p',
            { class: 'sure-words' },
            el('strong', { text: two(value) }),
            el('span', { text: words }),
          ),
        );
      }),
    ),
  );
}
