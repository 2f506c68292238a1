import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPosition } from '../../static/annotator/position.js';

const seat = (number, done, total = 20) => ({
  round: { number, purpose: 'active' },
  position: { done, total },
});
const status = { place() {}, finished() {} };

test('what was handed in counts before the server has it, and not when it came back', () => {
  const position = createPosition(status);
  position.see([seat(1, 2)]);
  position.start([seat(1, 1)]);
  assert.equal(position.show(seat(1, 2)), 'Image 4 of 20');
  position.handedIn(seat(1, 2), 1000);
  assert.equal(position.show(seat(1, 2)), 'Image 5 of 20');
  position.takenBack(seat(1, 2));
  assert.equal(position.show(seat(1, 2)), 'Image 4 of 20');
});

test('a new round begins anew, and one image of the old one may still come', () => {
  const position = createPosition(status);
  position.see([seat(1, 4)]);
  position.start([seat(2, 0)]);
  position.see([seat(1, 5), seat(2, 0)]);
  assert.equal(position.show(seat(2, 0)), 'Image 2 of 20');
  assert.equal(position.show(seat(1, 4)), 'Image 6 of 20');
  position.see([seat(3, 0)]);
  assert.equal(position.show(seat(3, 0)), 'Image 1 of 20');
});
