/** The certificate in words that a buyer of labels understands, and how anyone can recompute it. */

import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { count, two } from '../dashboard/words.js';
import { showTable } from './table.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */
/** @typedef {import('../common/api.js').ProofSet} ProofSet */
/** @typedef {import('../common/api.js').Report} Report */
/** @typedef {import('../common/api.js').EarlierProof} Proof */

/** @type {Record<string, [string, string]>} status to icon and words */
const STATUS = {
  pending: ['clock', 'In audit'],
  certified: ['check', 'Certified'],
  not_provable: ['warn', 'Not proven'],
  refused: ['cross', 'Refused'],
};

/** @param {ProofSet[]} sets */
const ladder = (sets) =>
  el(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Audited sets' },
    el(
      'table',
      { class: 'ladder' },
      el('caption', {
        text: sets[0].name
          ? 'Audited class by class; an image counts for its rarest class'
          : 'Audited sets, strictest first',
      }),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...[
            ...(sets[0].name ? ['Class'] : []),
            'Images',
            'Confidence from',
            'Proof',
            'Result',
          ].map((text) => el('th', { scope: 'col', text })),
        ),
      ),
      el(
        'tbody',
        {},
        ...sets.map(({ images, threshold, shown, progress, name }) =>
          el(
            'tr',
            {},
            name && el('th', { scope: 'row', text: name }),
            el('td', { text: count(images) }),
            el('td', { text: two(threshold) }),
            el(
              'td',
              {},
              el(
                'span',
                { class: 'bar', role: 'img', 'aria-label': `${Math.round(progress * 100)} %` },
                el('span', { style: { width: `${100 * progress}%` } }),
              ),
            ),
            el('td', {}, icon(shown ? 'check' : 'cross'), shown ? ' proven' : ' not proven'),
          ),
        ),
      ),
    ),
  );

/** @param {HTMLElement} card @param {Snapshot} snapshot @param {Report} report */
export function showCertificate(card, { certificate }, report) {
  card.hidden = !certificate;
  if (!certificate) return;
  fill(
    card,
    el(
      'div',
      { class: 'seal-words' },
      el('h2', { class: 'seal-title' }, icon('seal'), 'Certificate'),
      el('p', { text: certificate.sentence }),
      el('p', {
        text:
          'Quality of an image is the mean overlap of its boxes with those of the person who ' +
          'checked it; a missed, extra or wrongly named object counts 0. The list, its predictions ' +
          'and the sets were fixed first; only then was the order of the checks drawn, from a random ' +
          'number of the server’s and one of a reviewer’s.',
      }),
      ...[report.rest, report.blind, report.assumed, report.attempts].map(
        (text) => text && el('p', { text }),
      ),
    ),
    report.facts.length > 0 &&
      el(
        'div',
        { class: 'seal-facts' },
        el(
          'dl',
          {},
          ...report.facts.flatMap(([name, value]) => [
            el('dt', { text: name }),
            el('dd', { text: value }),
          ]),
        ),
        report.sets.length > 0 && ladder(report.sets),
      ),
  );
}

/** The proofs before the one on top. @param {HTMLElement} card @param {Proof[]} proofs */
export function showEarlier(card, proofs) {
  showTable(card, {
    title: 'Earlier audits of this job',
    side: 'Latest first',
    head: ['Attempt', 'Outcome', 'Guarantee', 'Checks', 'Level', 'File'],
    rows: proofs.map(({ attempt, round, level, status, claim, audited, url }) => ({
      name: `${attempt}, round ${round}`,
      cells: [
        { text: STATUS[status][1] },
        { text: status === 'certified' ? claim : 'Nothing was accepted' },
        { text: count(audited), number: true },
        { text: level.toFixed(3), number: true },
        { text: 'Certificate file', href: url ?? undefined },
      ],
    })),
    note: 'Certified labels stay certified unless they are revoked. Corrections from a failed audit were used to train the next detector.',
  });
}
