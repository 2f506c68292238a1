import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../../static/annotator/app.js';
import { createGuard } from '../../static/annotator/commands/guard.js';

function start() {
  const page = { time: 1_000, seen: true, said: [], ran: [] };
  const app = createApp();
  const guard = createGuard(app, {
    seen: () => page.seen,
    tell: (text) => page.said.push(text),
    now: () => page.time,
  });
  const ids = ['submit', 'nothing', 'skip', 'delete', 'accept', 'reject', 'class-1', 'fit', 'undo'];
  const handlers = guard.wrap(
    Object.fromEntries(ids.map((id) => [id, { run: () => page.ran.push(id) }])),
  );
  const press = (...keys) => {
    for (const key of keys) handlers[key].run();
  };
  return { page, app, press };
}

test('what follows an image change at once sends, skips, answers and deletes nothing, and says so', () => {
  const { page, app, press } = start();
  app.emit('assignment-opened', null);
  page.time += 299;
  press('submit', 'nothing', 'skip', 'delete', 'accept', 'reject');
  assert.deepEqual(page.ran, []);
  assert.equal(page.said.length, 6);
  press('class-1', 'fit', 'undo');
  assert.deepEqual(page.ran, ['class-1', 'fit', 'undo']);
  page.time += 1;
  press('submit');
  assert.equal(page.ran.at(-1), 'submit');
});

test('an image that nobody has seen yet is not answered, but may be skipped', () => {
  const { page, press } = start();
  page.seen = false;
  press('submit', 'skip');
  assert.deepEqual(page.ran, ['skip']);
  assert.match(page.said[0], /still loading/);
});
