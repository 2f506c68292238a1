/** What a release holds and how it differs from the one before, in words. */

import { plural } from '../common/words.js';
import { count } from './words.js';

/** @typedef {import('../common/api.js').OneRelease} OneRelease */

/** @param {number} n @param {string} what @param {string} how */
const part = (n, what, how) => n > 0 && `${plural(n, what, `${what}s`, count(n))} ${how}`;

/** @param {OneRelease} release */
export function changeWords({ number, counts: { changes } }) {
  if (number === 1) return 'The first release';
  const told = [
    part(changes.images_added, 'image', 'added'),
    part(changes.images_removed, 'image', 'removed'),
    part(changes.labels_added, 'label', 'added'),
    part(changes.labels_removed, 'label', 'removed'),
    part(changes.labels_changed, 'label', 'changed'),
  ].filter(Boolean);
  return told.length ? told.join(', ') : 'Nothing changed';
}

/** @param {OneRelease} release */
export const contentWords = ({ counts: { images, labelled, boxes } }) =>
  [
    plural(images, 'image', 'images', count(images)),
    `${count(labelled)} labelled`,
    plural(boxes, 'box', 'boxes', count(boxes)),
  ].join(', ');
