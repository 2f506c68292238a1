import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twins } from '../../static/annotator/core/duplicates.js';

const box = (id, x1, y1, side = 100, class_id = 0) => ({
  ...{ id, class_id, suggested: false },
  ...{ x1, y1, x2: x1 + side, y2: y1 + side },
});
const ids = (boxes) => twins(boxes).map((pair) => pair.map(({ id }) => id));

test('two boxes of a class over one another are found, at an overlap of 0.9 and not below', () => {
  assert.deepEqual(ids([box(1, 10, 10), box(2, 12, 12)]), [[1, 2]]);
  assert.deepEqual(ids([box(1, 10, 10), box(2, 15, 10)]), [[1, 2]]); // 95 / 105
  assert.deepEqual(ids([box(1, 10, 10), box(2, 16, 10)]), []); // 94 / 106
  assert.deepEqual(ids([box(1, 10, 10), box(2, 10, 10, 100, 1)]), []);
});

test('every pair is named once, whatever lies between', () => {
  const boxes = [box(1, 0, 0), box(2, 1, 500), box(3, 2, 1), box(4, 2, 501), box(5, 300, 0)];
  assert.deepEqual(ids(boxes), [
    [1, 3],
    [2, 4],
  ]);
});

test('ten thousand boxes are looked through at once', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => box(n + 1, (n % 100) * 50, n * 7, 40));
  const began = performance.now();
  assert.deepEqual(twins(many), []);
  assert.ok(performance.now() - began < 500);
});
