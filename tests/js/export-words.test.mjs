/** What an export was asked for, in words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportWords } from '../../static/dashboard/export-words.js';

const choices = { formats: [{ code: 'yolo', title: 'YOLO' }], classes: [] };
const words = (options) => exportWords({ format: 'yolo', options }, choices);

test('a plain export is called by its format alone', () => {
  assert.equal(words({}), 'YOLO');
});

test('every option that differs is told', () => {
  const options = {
    images: true,
    split: [80, 10, 10],
    source: 'auto',
    round: 3,
    classes: [0, 4],
    unlabelled: false,
  };
  assert.equal(
    words(options),
    'YOLO, with images, split 80 / 10 / 10 %, Auto-labels, round 3, classes chosen: 2, without images not yet labelled',
  );
});
