import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActivity, median } from '../../static/annotator/core/activity.js';

test('a coffee break counts as fifteen seconds', () => {
  const activity = createActivity(0);
  activity.touch(4_000);
  assert.equal(activity.touch(604_000), 19_000);
});

test('time from a draft is carried on', () => {
  assert.equal(createActivity(100, 5_000).touch(1_100), 6_000);
});

test('a clock set back takes nothing away', () => {
  const activity = createActivity(10_000);
  assert.equal(activity.touch(1_000), 0);
});

test('the median stands in the middle', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([1, 3]), 2);
  assert.equal(median([]), null);
});
