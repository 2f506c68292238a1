import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionsOf } from '../../static/annotator/core/questions.js';

const box = (id, x1, more = {}) => ({
  ...{ id, class_id: 0, suggested: false, x1, y1: 0, x2: x1 + 50, y2: 50 },
  ...more,
});
const ask = (boxes, open = boxes.filter((each) => each.suggested)) =>
  questionsOf(boxes, open, () => 'boat', 'Enter again');

test('an image with boxes apart is sent without a question', () => {
  assert.deepEqual(ask([box(1, 0), box(2, 100)]), []);
});

test('an empty one is asked about, and one where something was left only for that', () => {
  assert.deepEqual(
    ask([]).map(({ code }) => code),
    ['empty'],
  );
  const left = ask([box(1, 0, { suggested: true, source: 0 })]);
  assert.deepEqual(
    left.map(({ code }) => code),
    ['suggestions'],
  );
  assert.equal(left[0].text, '1 suggestion not looked at. Enter again to leave it out.');
});

test('a box placed by key and never touched is no answer, and is pointed at', () => {
  const [asked, ...more] = ask([box(1, 0), box(2, 100, { suggested: true, source: null })]);
  assert.deepEqual([asked.boxes, more], [[2], []]);
  assert.match(asked.text, /placed by key was not moved.*leave it out/);
});

test('twins are pointed at, and each question has a code of its own', () => {
  const asked = ask([box(1, 0), box(2, 1), box(3, 200, { suggested: true, source: 4 })]);
  assert.deepEqual(
    asked.map(({ code }) => code),
    ['suggestions', 'twins'],
  );
  assert.deepEqual(asked[1].boxes, [1, 2]);
  assert.equal(asked[1].text, 'Two nearly equal boxes of boat. Enter again to send both.');
});
