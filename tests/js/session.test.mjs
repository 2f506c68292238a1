import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { createSession } from '../../static/annotator/session.js';

afterEach(() => mock.timers.reset());

const seat = (id) => ({
  id,
  image: { id: id * 10 },
  lease_expires_at: new Date(Date.now() + 600_000).toISOString(),
});
const WORK = { reason: 'work', message: '' };

function start({ waiting = [], put = async () => {}, api = {} } = {}) {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const seen = { opened: [], stuck: [], leases: [] };
  const session = createSession({
    kind: 'assignments',
    claimUrl: '/claim',
    leaseMs: 600_000,
    api,
    outbox: { all: async () => waiting, put },
    images: { keepOnly() {}, want() {}, stock() {} },
    lastAct: () => Date.now(),
    onOpen: (opened) => seen.opened.push(opened?.id ?? null),
    onChange() {},
    onLease: (state) => seen.leases.push(state),
    onStuck: (stuck) => seen.stuck.push(stuck.id),
  });
  return { session, seen };
}

const answer = { method: 'PUT', url: '/answer', body: {} };

test('the next image opens as soon as the answer is kept, without a reply', async () => {
  const { session, seen } = start();
  await session.start([seat(1), seat(2)], WORK);
  await session.handIn(answer);
  assert.deepEqual(seen.opened, [1, 2]);
});

test('a list from before the answer does not bring the image back', async () => {
  const { session } = start();
  await session.start([seat(1), seat(2)], WORK);
  await session.handIn(answer);
  session.take({ next: [seat(1), seat(3)], queue: WORK });
  assert.deepEqual(session.hold(), [2, 3]);
});

test('after a reload an image whose answer still waits is not shown again', async () => {
  const { session, seen } = start({ waiting: [{ seat: 'assignments:1' }] });
  await session.start([seat(1), seat(2)], WORK);
  assert.deepEqual(seen.opened, [2]);
});

test('with nothing to do it says so, and opens what comes later by itself', async () => {
  const api = { post: async () => ({ assignments: [seat(5)], queue: WORK }) };
  const { session, seen } = start({ api });
  await session.start([], { reason: 'machine', message: 'Training.' });
  assert.deepEqual(seen.opened, [null]);
  mock.timers.tick(6_000);
  await new Promise(setImmediate);
  assert.deepEqual(seen.opened, [null, 5]);
});

test('an answer that neither disk nor server took stays on screen', async () => {
  const full = async () => {
    throw new Error('quota');
  };
  const { session, seen } = start({ put: full, api: { request: full } });
  await session.start([seat(1), seat(2)], WORK);
  await session.handIn(answer);
  assert.deepEqual(seen.stuck, [1]);
  assert.equal(session.current.id, 1);
});

test('a refused answer opens again, and the image at hand comes after it', async () => {
  const { session, seen } = start();
  await session.start([seat(1), seat(2)], WORK);
  await session.handIn(answer);
  session.reopen(seat(1));
  assert.deepEqual(seen.opened, [1, 2, 1]);
  assert.deepEqual(session.hold(), [1, 2]);
});

test('a clock a day ahead asks for no renewals and thinks no lease lost', async () => {
  const calls = [];
  const api = { post: async (url) => calls.push(url) };
  const { session, seen } = start({ api });
  const late = { ...seat(1), lease_expires_at: new Date(Date.now() - 86_000_000).toISOString() };
  await session.start([late, { ...late, id: 2 }], WORK);
  mock.timers.tick(120_000);
  assert.deepEqual(
    calls.filter((url) => url.includes('renew')),
    [],
  );
  assert.deepEqual(seen.leases, []);
});
