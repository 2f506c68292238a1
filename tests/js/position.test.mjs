import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPosition } from '../../static/annotator/panels/position.js';

const seat = (number, done, left = 20) => ({
  round: { number, purpose: 'active' },
  position: { done, left },
});
const said = [];
const status = { place: (...texts) => said.push(texts.at(-1)), finished() {} };

test('what was handed in counts before the server has it, and not when it came back', () => {
  const position = createPosition(status);
  position.see([seat(1, 2)]);
  position.start([seat(1, 1)]);
  assert.equal(position.show(seat(1, 2)), 'Your image 4');
  position.handedIn(seat(1, 2), 1000);
  assert.equal(position.show(seat(1, 2)), 'Your image 5');
  position.takenBack(seat(1, 2));
  assert.equal(position.show(seat(1, 2)), 'Your image 4');
});

test('a new round begins anew, and one image of the old one may still come', () => {
  const position = createPosition(status);
  position.see([seat(1, 4)]);
  position.start([seat(2, 0)]);
  position.see([seat(1, 5), seat(2, 0)]);
  assert.equal(position.show(seat(2, 0)), 'Your image 2');
  assert.equal(position.show(seat(1, 4)), 'Your image 6');
  position.see([seat(3, 0)]);
  assert.equal(position.show(seat(3, 0)), 'Your image 1');
});

test("what is left is everybody's, goes down with each answer, and is not told for the last one", () => {
  const position = createPosition(status);
  position.show(seat(7, 0, 3));
  position.handedIn(seat(7, 0, 3), 1000);
  position.show(seat(7, 0, 3));
  position.see([seat(7, 1, 1)]); // somebody else answered, too
  position.show(seat(7, 0, 3));
  assert.deepEqual(said.slice(-3), ['3 left in this round', '2 left in this round', '']);
});
