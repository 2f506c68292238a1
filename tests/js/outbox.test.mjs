import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../static/annotator/sync/api.js';
import { createOutbox } from '../../static/annotator/sync/outbox.js';

function memoryStore() {
  const items = new Map();
  let last = 0;
  return {
    all: async () => [...items.values()],
    put: async (item) => {
      const key = item.key ?? ++last;
      items.set(key, { ...item, key });
      return key;
    },
    remove: async (key) => void items.delete(key),
  };
}

function start({ send, store = memoryStore() }) {
  const seen = { sent: [], states: [], timers: [] };
  const outbox = createOutbox({
    store,
    send,
    onSent: (item) => seen.sent.push(item.body.n),
    onState: (state) => seen.states.push(state),
    later: (run, ms) => seen.timers.push({ run, ms }),
    random: () => 0.5,
  });
  return { outbox, store, seen };
}

const item = (assignment, n) => ({
  assignment,
  method: 'PUT',
  url: `/${assignment}`,
  body: { n },
  context: null,
});
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

test('an answer is kept before it is sent and until the server said yes', async () => {
  let kept = 0;
  const store = memoryStore();
  const send = async () => {
    kept = (await store.all()).length;
  };
  const { outbox } = start({ store, send });
  await outbox.put(item('a', 1));
  await settle();
  assert.equal(kept, 1);
  assert.equal((await store.all()).length, 0);
});

test('answers go in the order they were given', async () => {
  const { outbox, seen } = start({ send: async () => ({}) });
  await Promise.all([outbox.put(item('a', 1)), outbox.put(item('b', 2)), outbox.put(item('a', 3))]);
  await settle();
  assert.deepEqual(seen.sent, [1, 2, 3]);
});

test('without a network they wait, longer each time, and go later', async () => {
  let online = false;
  const { outbox, store, seen } = start({
    send: async () => {
      if (!online) throw new ApiError('offline', 'no network');
    },
  });
  await outbox.put(item('a', 1));
  await settle();
  await outbox.put(item('b', 2));
  assert.equal(seen.states.at(-1).trouble, 'offline');
  assert.equal((await store.all()).length, 2);
  seen.timers.at(-1).run();
  await settle();
  assert.ok(seen.timers[1].ms > seen.timers[0].ms);
  online = true;
  seen.timers.at(-1).run();
  await settle();
  assert.deepEqual(seen.sent, [1, 2]);
});

test('a busy server is not asked before the time it named', async () => {
  const { outbox, seen } = start({
    send: async () => {
      throw new ApiError('busy', 'later', { retryAfter: 20 });
    },
  });
  await outbox.put(item('a', 1));
  await settle();
  assert.ok(seen.timers[0].ms >= 20_000);
});

test('a refused answer stays, says why, and holds up only its own assignment', async () => {
  const { outbox, store, seen } = start({
    send: async ({ body }) => {
      if (body.n === 1)
        throw new ApiError('refused', 'class removed', { where: 'boxes[0].class_id' });
    },
  });
  await outbox.put(item('a', 1));
  await outbox.put(item('b', 2));
  await settle();
  assert.deepEqual(seen.sent, [2]);
  const [stuck] = await store.all();
  assert.equal(stuck.problem.where, 'boxes[0].class_id');
  assert.equal(seen.states.at(-1).refused.length, 1);
});

test('a corrected answer takes the place of the refused one', async () => {
  const { outbox, store, seen } = start({
    send: async ({ body }) => {
      if (body.n === 1) throw new ApiError('refused', 'wrong');
    },
  });
  await outbox.put(item('a', 1));
  await settle();
  await outbox.put(item('a', 2));
  await settle();
  assert.deepEqual(seen.sent, [2]);
  assert.equal((await store.all()).length, 0);
});

test('signed out, nothing is tried again until somebody asks', async () => {
  let signedIn = false;
  const { outbox, seen } = start({
    send: async () => {
      if (!signedIn) throw new ApiError('signed_out', 'sign in');
    },
  });
  await outbox.put(item('a', 1));
  await settle();
  assert.equal(seen.timers.length, 0);
  signedIn = true;
  await outbox.flush();
  assert.deepEqual(seen.sent, [1]);
});

test('answers of an earlier visit go first', async () => {
  const store = memoryStore();
  await store.put({ ...item('a', 1), problem: null });
  const { outbox, seen } = start({ store, send: async () => ({}) });
  await outbox.put(item('b', 2));
  await settle();
  assert.deepEqual(seen.sent, [1, 2]);
});

test('five hundred answers over a bad line arrive once each, in order per assignment', async () => {
  let state = 7;
  const chance = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  const { outbox, store, seen } = start({
    send: async () => {
      if (chance() < 0.3) throw new ApiError('offline', 'lost');
    },
  });
  for (let n = 0; n < 500; n += 1)
    await store.put({ ...item(`assignment-${n % 7}`, n), problem: null });
  while ((await store.all()).length) await outbox.flush();
  assert.deepEqual(
    seen.sent,
    Array.from({ length: 500 }, (_, n) => n),
  );
});

test('a held item waits, can be taken back whole, and goes when the page is left', async () => {
  const left = [];
  const send = async ({ body }, leaving) => leaving && left.push([body.n, leaving]);
  const { outbox, store, seen } = start({ send });
  const held = (assignment, n) => ({ ...item(assignment, n), after: Date.now() + 6_000 });
  await outbox.put(held('a', 1));
  await outbox.put(item('b', 2));
  await settle();
  assert.deepEqual(seen.sent, [2]);
  const back = await outbox.takeBack('a');
  assert.deepEqual([back.item.body.n, back.whole], [1, true]);
  assert.equal((await store.all()).length, 0);
  assert.equal(await outbox.takeBack('a'), null);

  await outbox.put(held('c', 3));
  await settle();
  outbox.release();
  await settle();
  assert.deepEqual(left, [[3, true]]);
  assert.equal((await store.all()).length, 0);
});

test('what is on its way is not taken from under the sender, and a wrong clock holds nothing', async () => {
  let answer;
  const send = () =>
    new Promise((yes) => {
      answer = yes;
    });
  const { outbox, seen } = start({ send });
  await outbox.put({ ...item('a', 1), after: Date.now() + 86_400_000 });
  await settle();
  const back = await outbox.takeBack('a');
  assert.deepEqual([back.item.body.n, back.whole], [1, false]);
  answer({});
  await settle();
  assert.deepEqual(seen.sent, [1]);
});
