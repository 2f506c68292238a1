import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { createApp } from '../../static/annotator/app.js';
import { ApiError } from '../../static/annotator/sync/api.js';
import { createSession } from '../../static/annotator/sync/session.js';

afterEach(() => mock.timers.reset());

const assignment = (id) => ({
  id,
  image: { id: id * 10 },
  lease_expires_at: new Date(Date.now() + 600_000).toISOString(),
});
const WORK = { reason: 'work', message: '' };

/** A page with these assignments from its first claim. */
async function start({
  assignments = [assignment(1), assignment(2)],
  queue = WORK,
  waiting = [],
  put = async () => {},
  api = {},
  acts = () => Date.now(),
} = {}) {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const seen = { opened: [], stuck: [], leases: [] };
  let asked = false;
  const post = async (url, body) => {
    if (!asked) {
      asked = true;
      return { assignments, queue };
    }
    return api.post?.(url, body);
  };
  const app = createApp();
  app.on('assignment-opened', (opened) => seen.opened.push(opened?.id ?? null));
  app.on('lease-changed', (state) => seen.leases.push(state));
  app.on('stuck', (stuck) => seen.stuck.push([stuck.assignment.id, stuck.server.message]));
  const session = createSession(app, {
    claimUrl: '/claim',
    leaseMs: 600_000,
    api: { ...api, post },
    outbox: { all: async () => waiting, put },
    images: { keepOnly() {}, want() {}, stock() {} },
    lastAct: acts,
  });
  await session.start();
  const held = () => app.held().map(({ id }) => id);
  return { app, session, seen, held };
}

const answer = { method: 'PUT', url: '/answer', body: {} };

test('the next image opens as soon as the answer is kept, without a reply', async () => {
  const { session, seen } = await start();
  await session.finish(answer);
  assert.deepEqual(seen.opened, [1, 2]);
});

test('a list from before the answer does not bring the image back', async () => {
  const { session, held } = await start();
  await session.finish(answer);
  session.take({ next: [assignment(1), assignment(3)], queue: WORK });
  assert.deepEqual(held(), [2, 3]);
});

test('after a reload an image whose answer still waits is not shown again', async () => {
  const { seen } = await start({ waiting: [{ assignment: 'assignments:1' }] });
  assert.deepEqual(seen.opened, [2]);
});

test('with nothing to do it says so, and opens what comes later by itself', async () => {
  const api = { post: async () => ({ assignments: [assignment(5)], queue: WORK }) };
  const queue = { reason: 'machine', message: 'Training.' };
  const { seen } = await start({ api, assignments: [], queue });
  assert.deepEqual(seen.opened, [null]);
  mock.timers.tick(6_000);
  await new Promise(setImmediate);
  assert.deepEqual(seen.opened, [null, 5]);
});

test('an answer that neither disk nor server took stays on screen', async () => {
  const full = async () => {
    throw new Error('quota');
  };
  const { app, session, seen } = await start({ put: full, api: { request: full } });
  await session.finish(answer);
  assert.deepEqual(seen.stuck, [[1, 'quota']]);
  assert.equal(app.current.id, 1);
});

test('a refused answer opens again, and the open image comes after it', async () => {
  const { session, seen, held } = await start();
  await session.finish(answer);
  session.reopen(assignment(1));
  assert.deepEqual(seen.opened, [1, 2, 1]);
  assert.deepEqual(held(), [1, 2]);
});

test('a clock a day ahead asks for no renewals and thinks no lease lost', async () => {
  const calls = [];
  const api = { post: async (url) => calls.push(url) };
  const late = {
    ...assignment(1),
    lease_expires_at: new Date(Date.now() - 86_000_000).toISOString(),
  };
  const { seen } = await start({ api, assignments: [late, { ...late, id: 2 }] });
  mock.timers.tick(120_000);
  assert.deepEqual(
    calls.filter((url) => url.includes('renew')),
    [],
  );
  assert.deepEqual(seen.leases, []);
});

const renewals = (calls) => calls.filter((url) => url.includes('renew'));

test('where nobody does anything the lease ends, and is not renewed for ever', async () => {
  const calls = [];
  const api = { post: async (url) => calls.push(url) };
  const { seen } = await start({ api, acts: () => 0 });
  for (let second = 0; second < 1_800; second += 1) mock.timers.tick(1_000);
  await new Promise(setImmediate);
  assert.deepEqual(seen.leases, ['ending', 'ended']);
  // The first half of a lease is for whoever looks without moving.
  assert.deepEqual(renewals(calls), []);
});

test('who comes back after the lease has ended keeps the image that nobody took', async () => {
  let act = 0;
  const api = { post: async () => ({ lease_expires_at: 'later' }) };
  const { seen } = await start({ api, acts: () => act });
  for (let second = 0; second < 720; second += 1) mock.timers.tick(1_000);
  act = Date.now();
  mock.timers.tick(1_000);
  await new Promise(setImmediate);
  assert.deepEqual(seen.leases, ['ending', 'ended', 'held']);
});

test('an error that nobody foresaw does not end the renewals', async () => {
  const calls = [];
  let broken = true;
  const api = {
    post: async (url) => {
      calls.push(url);
      if (broken && url.includes('renew')) throw new TypeError('cannot read a reply');
      return { lease_expires_at: 'later' };
    },
  };
  const { session } = await start({ api, acts: () => 0 });
  mock.timers.tick(301_000);
  await assert.rejects(session.renewDue(), TypeError);
  broken = false;
  const before = renewals(calls).length;
  await session.renewDue();
  assert.ok(renewals(calls).length > before);
});

test('a server that cannot be reached is not asked once a second', async () => {
  const calls = [];
  const api = {
    post: async (url) => {
      calls.push(url);
      throw new ApiError('offline', 'away');
    },
  };
  await start({ api });
  for (let second = 0; second < 330; second += 1) {
    mock.timers.tick(1_000);
    await new Promise(setImmediate);
  }
  const asked = renewals(calls).length;
  assert.ok(asked >= 3 && asked <= 8, `${asked} renewals in the half minute after half a lease`);
});

test('a page that is left gives back what was not begun', async () => {
  const sent = [];
  const api = {
    request: async (...call) => void sent.push(call),
  };
  const { session } = await start({
    api,
    assignments: [assignment(1), assignment(2), assignment(3)],
  });
  session.giveBack(true);
  session.giveBack(false);
  assert.deepEqual(
    sent.map(([, , { ids }]) => ids),
    [
      [2, 3],
      [1, 2, 3],
    ],
  );
  assert.ok(sent.every(([, url, , how]) => url === '/give-back' && how.outlive));
});
