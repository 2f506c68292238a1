import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActivity, kindOf, median } from '../../static/annotator/core/activity.js';

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

test('a box drawn by hand counts for its way, any other for drawing', () => {
  assert.equal(kindOf('Draw', 'points'), 'points');
  assert.equal(kindOf('Draw'), 'draw');
  assert.equal(kindOf('Delete', 'points'), 'delete');
});

test('the median stands in the middle', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([1, 3]), 2);
  assert.equal(median([]), null);
});

test('time belongs to the action it led to, and all of it to some action', () => {
  const activity = createActivity(0);
  activity.touch(1_000);
  activity.mark('draw', 3_000);
  activity.touch(3_500);
  activity.mark('adjust', 4_000);
  activity.mark('submit', 100_000);
  assert.deepEqual(activity.byAction, { open: 1_000, draw: 2_000, adjust: 1_000, submit: 15_000 });
  assert.equal(activity.total, 19_000);
});

test('a draft carries on what was spent on each action', () => {
  const activity = createActivity(0, 5_000, { open: 2_000, draw: 3_000 });
  activity.mark('draw', 1_000);
  assert.deepEqual(activity.byAction, { open: 2_000, draw: 4_000 });
  assert.equal(activity.total, 6_000);
});

test('steps of the document are kinds of work', () => {
  assert.deepEqual(
    ['Draw', 'Paste', 'Move', 'Undo', 'Accept all'].map((step) => kindOf(step)),
    ['draw', 'draw', 'adjust', 'adjust', 'accept'],
  );
});
