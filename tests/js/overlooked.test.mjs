/** Which of a label's boxes are revealed after a blind drawing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlooked } from '../../static/review/overlooked.js';

const box = (x, classId = 0) => ({ class_id: classId, x1: x, y1: 10, x2: x + 40, y2: 50 });

test('only boxes that no drawn one of their class matches are revealed', () => {
  const label = [box(10), box(100), box(200, 1)];
  assert.deepEqual(overlooked(label, [box(12), box(200)]), [box(100), box(200, 1)]);
  assert.deepEqual(overlooked(label, label), []);
});

test('a near miss is revealed, and everything where nothing was drawn', () => {
  assert.deepEqual(overlooked([box(10)], [box(30)]), [box(10)]);
  assert.deepEqual(overlooked([box(10), box(100)], []), [box(10), box(100)]);
  assert.deepEqual(overlooked([], [box(1)]), []);
});
