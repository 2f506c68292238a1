import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../../static/annotator/app.js';
import { createPosition } from '../../static/annotator/panels/position.js';

const assignment = (number, done, left = 20) => ({
  round: { number, purpose: 'active' },
  position: { done, left },
});
const said = [];
const status = { place: (...texts) => said.push(texts.at(-1)), finished() {} };

function start() {
  const app = createApp();
  return {
    ...createPosition(app, status),
    see: (next) => app.emit('sent', { reply: { next } }),
    submit: (one) => app.emit('submitted', { assignment: one, boxes: 1, activeMs: 1000 }),
    reopen: (one) => app.emit('reopened', one),
  };
}

test('what was submitted counts before the server has it, and not when it came back', () => {
  const position = start();
  position.see([assignment(1, 2)]);
  position.start([assignment(1, 1)]);
  assert.equal(position.show(assignment(1, 2)), 'Your image 4');
  position.submit(assignment(1, 2));
  assert.equal(position.show(assignment(1, 2)), 'Your image 5');
  position.reopen(assignment(1, 2));
  assert.equal(position.show(assignment(1, 2)), 'Your image 4');
});

test('a new round begins anew, and one image of the old one may still come', () => {
  const position = start();
  position.see([assignment(1, 4)]);
  position.start([assignment(2, 0)]);
  position.see([assignment(1, 5), assignment(2, 0)]);
  assert.equal(position.show(assignment(2, 0)), 'Your image 2');
  assert.equal(position.show(assignment(1, 4)), 'Your image 6');
  position.see([assignment(3, 0)]);
  assert.equal(position.show(assignment(3, 0)), 'Your image 1');
});

test("what is left is everybody's, goes down with each answer, and is not told for the last one", () => {
  const position = start();
  position.show(assignment(7, 0, 3));
  position.submit(assignment(7, 0, 3));
  position.show(assignment(7, 0, 3));
  position.see([assignment(7, 1, 1)]); // somebody else answered, too
  position.show(assignment(7, 0, 3));
  assert.deepEqual(said.slice(-3), ['3 left in this round', '2 left in this round', '']);
});
