import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { ApiError } from '../../static/annotator/sync/api.js';
import { createLeases } from '../../static/annotator/sync/leases.js';

afterEach(() => mock.timers.reset());

const LEASE_MS = 600_000;
const HALF = LEASE_MS / 2;
const settle = () => new Promise(setImmediate);

/** Two assignments with leases just given; the first one is open. */
function start({ reply = async () => ({ lease_expires_at: 'later' }), active = () => true } = {}) {
  mock.timers.enable({ apis: ['Date'] });
  const page = { asked: [], states: [], gone: [], held: [{ id: 1 }, { id: 2 }], open: null };
  page.open = page.held[0];
  const leases = createLeases({
    kind: 'assignments',
    leaseMs: LEASE_MS,
    api: {
      post: async (url) => {
        page.asked.push(url);
        return reply(url);
      },
    },
    lastAct: () => (active() ? Date.now() : 0),
    held: () => page.held,
    open: () => page.open,
    onState: (state) => page.states.push(state),
    onGone: ({ id }) => page.gone.push(id),
  });
  for (const { id } of page.held) leases.note(id, 'later');
  const pass = async (ms) => {
    mock.timers.tick(ms);
    leases.tick();
    await settle();
  };
  return { leases, page, pass };
}

test('who works keeps what the page holds: both are renewed, once, after half a lease', async () => {
  const { page, pass } = start();
  await pass(HALF - 1);
  assert.deepEqual(page.asked, []);
  await pass(2);
  assert.deepEqual(page.asked, ['/api/assignments/1/renew', '/api/assignments/2/renew']);
  await pass(1_000);
  assert.equal(page.asked.length, 2);
  assert.deepEqual(page.states, []);
});

test('a renewal that failed is tried again after five seconds, not before', async () => {
  let away = true;
  const reply = async () => {
    if (away) throw new ApiError('offline', 'away');
    return { lease_expires_at: 'later' };
  };
  const { page, pass } = start({ reply });
  await pass(HALF + 1);
  assert.equal(page.asked.length, 1); // the second one would fail, too
  await pass(4_000);
  assert.equal(page.asked.length, 1);
  away = false;
  await pass(1_000);
  assert.equal(page.asked.length, 3);
  await pass(10_000);
  assert.equal(page.asked.length, 3);
});

test('where nobody does anything nothing is renewed: it warns a minute before the end', async () => {
  const { page, pass } = start({ active: () => false });
  await pass(LEASE_MS - 61_000);
  assert.deepEqual(page.states, []);
  await pass(2_000);
  assert.deepEqual(page.states, ['ending']);
  await pass(60_000);
  assert.deepEqual(page.states, ['ending', 'ended']);
  assert.deepEqual(page.asked, []);
});

test('a click in the last minute renews, and the warning goes', async () => {
  let active = false;
  const { page, pass } = start({ active: () => active });
  await pass(LEASE_MS - 30_000);
  active = true;
  await pass(1_000);
  assert.deepEqual(page.states, ['ending', 'held']);
});

test('what the server refuses to renew is lost where it is open, else only put away', async () => {
  const reply = async () => {
    throw new ApiError('refused', 'Somebody else has it.');
  };
  const { leases, page, pass } = start({ reply });
  await pass(HALF + 1);
  assert.deepEqual(page.states, ['lost']);
  assert.deepEqual(page.gone, [2]);
  await pass(LEASE_MS);
  assert.equal(page.asked.length, 2);
  // The next image begins without the message.
  leases.restart();
  assert.deepEqual(page.states, ['lost', 'held']);
});

test('an answer opened again has no lease, and asks for none', async () => {
  const { leases, page, pass } = start();
  page.held = [page.open];
  leases.note(1, null);
  await pass(3 * LEASE_MS);
  assert.deepEqual(page.asked, []);
  assert.deepEqual(page.states, []);
});
