/** What a release holds and how it differs from the one before, in words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeWords, contentWords } from '../../static/dashboard/release-words.js';

const NONE = {
  images_added: 0,
  images_removed: 0,
  labels_added: 0,
  labels_removed: 0,
  labels_changed: 0,
};
const words = (changes, number = 2) =>
  changeWords({ number, counts: { changes: { ...NONE, ...changes } } });

test('what changed is counted, what did not is left out', () => {
  assert.equal(words({ images_added: 12, labels_changed: 3 }), '12 images added, 3 labels changed');
  assert.equal(
    words({ images_added: 1, images_removed: 2000, labels_added: 1, labels_removed: 2 }),
    '1 image added, 2,000 images removed, 1 label added, 2 labels removed',
  );
});

test('a release like the one before says so, and the first one has none before it', () => {
  assert.equal(words({}), 'Nothing changed');
  assert.equal(words({ images_added: 12 }, 1), 'The first release');
});

test('what is in a release is told with its boxes', () => {
  const counts = { images: 1200, labelled: 1, boxes: 1 };
  assert.equal(contentWords({ counts }), '1,200 images, 1 labelled, 1 box');
});
