/** The figures of the live page: images, certificate. */

import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { value } from './value.js';
import { count, two } from './words.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */

/** @param {string} id @param {string} text @param {string} words @param {string} [mark] */
export const figure = (id, text, words, mark) =>
  el(
    'div',
    { class: 'figure' },
    value(id, text),
    el('span', { class: 'figure-words' }, mark && el('i', { class: `mark ${mark}` }), words),
  );

/** @param {string} title @param {import('../common/dom.js').Child} [side] */
export const head = (title, side) =>
  el('div', { class: 'card-head' }, el('h2', { class: 'card-title', text: title }), side);

/** @param {HTMLElement} card @param {Snapshot} snapshot */
export function showImages(card, { counts }) {
  const { images, human, auto, in_audit: inAudit, left, certified, excluded } = counts;
  /** @param {number} n @param {string} kind */
  const part = (n, kind) =>
    n > 0 && el('span', { class: kind, style: { width: `${(100 * n) / Math.max(1, images)}%` } });
  fill(
    card,
    head('Images', el('span', { class: 'card-side', text: `of ${count(images)}` })),
    el(
      'div',
      { class: 'figures' },
      figure('human', count(human), 'by people', 'mark-people'),
      figure('auto', count(auto), 'auto', 'mark-auto'),
      inAudit > 0 && figure('in-audit', count(inAudit), 'auto, in audit', 'mark-open'),
      figure('images-left', count(left), 'left'),
    ),
    el(
      'div',
      {
        class: 'stack-bar',
        role: 'img',
        'aria-label': `${human} of ${images} images labelled by people, ${auto} auto, ${inAudit} in audit`,
      },
      part(human, 'stack-people'),
      part(auto, 'stack-auto'),
      part(inAudit, 'stack-open'),
    ),
    (certified > 0 || excluded > 0) &&
      el('p', {
        class: 'card-note',
        text: [
          certified > 0 && `${count(certified)} certified`,
          excluded > 0 && `${count(excluded)} excluded`,
        ]
          .filter(Boolean)
          .join(', '),
      }),
  );
}

/** @type {Record<string, [string, string, string]>} icon, tone, word */
const CERTIFICATE = {
  pending: ['clock', '', 'Pending'],
  certified: ['check', 'is-ok', 'Certified'],
  not_provable: ['warn', 'is-warn', 'Not proven'],
  refused: ['cross', 'is-bad', 'Refused'],
};

/** @param {HTMLElement} card @param {Snapshot} snapshot */
export function showCertificate(card, { certificate, estimate, job }) {
  if (certificate) {
    const [mark, tone, word] = CERTIFICATE[certificate.status];
    fill(
      card,
      head('Certificate', icon('seal')),
      el('p', { class: 'claim', text: certificate.claim }),
      el(
        'p',
        { class: `claim-state ${tone}` },
        icon(mark),
        el('span', {}, el('strong', { text: `${word}. ` }), certificate.sentence),
      ),
      certificate.rest_bound !== null &&
        el('p', {
          class: 'card-note',
          text: `The unchecked rest alone: at least ${two(certificate.rest_bound)}.`,
        }),
      certificate.url &&
        el(
          'a',
          { class: 'claim-link', href: certificate.url },
          icon('download'),
          'Certificate file',
        ),
    );
    return;
  }
  if (!job.assist) {
    fill(
      card,
      head('Acceptance', icon('seal')),
      el('p', {
        class: 'claim',
        text: 'Every image is labelled by people; nothing is auto-accepted.',
      }),
    );
    return;
  }
  const perRound = job.acceptance !== 'certified';
  fill(
    card,
    head(perRound ? 'Acceptance' : 'Certificate', icon('seal')),
    el('p', {
      class: 'claim',
      text: perRound
        ? `Each round, above a threshold aiming at ${two(job.target)}. No guarantee.`
        : `${job.aim}.`,
    }),
    el(
      'p',
      { class: 'claim-state' },
      icon('clock'),
      el('span', { text: estimate ? upper(estimate.sentence) : 'Nothing is accepted yet.' }),
    ),
  );
}

/** @param {string} text */
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
