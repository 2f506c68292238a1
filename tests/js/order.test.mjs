/** A reviewer's number goes to the server for the plan that was shown, and stays the same for it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../static/annotator/sync/api.js';
import { createOrder, randomNumber } from '../../static/review/order.js';

const PLAN = { plan: 'aa', receipt_url: null };

/** @param {((body: object) => object)[]} answers of the server, in turn */
function page(answers) {
  const asked = [];
  const refused = [];
  let drawn = 0;
  const order = createOrder({
    url: '/nonce',
    api: {
      request: async (_method, _url, body) => {
        asked.push(body);
        return answers.shift()(body);
      },
    },
    onDrawn: () => {
      drawn += 1;
    },
    onRefused: (message) => refused.push(message),
  });
  return { order, asked, refused, drawn: () => drawn };
}

const receipt = ({ plan, nonce }) => ({
  receipt: { content_digest: plan, reviewer_nonce: nonce },
});

test('numbers have 256 bits and differ', () => {
  assert.match(randomNumber(), /^[0-9a-f]{64}$/);
  assert.notEqual(randomNumber(), randomNumber());
});

test('a waiting plan gets a number, and then the checks are asked for', async () => {
  const { order, asked, refused, drawn } = page([receipt]);
  await order.take(PLAN);
  assert.equal(asked[0].plan, 'aa');
  assert.equal(drawn(), 1);
  assert.deepEqual(refused, []);
});

test('without an answer the same number is sent again', async () => {
  const offline = () => {
    throw new ApiError('offline', 'away');
  };
  const { order, asked, drawn } = page([offline, receipt]);
  await order.take(PLAN);
  assert.equal(drawn(), 0);
  await order.take(PLAN);
  assert.equal(asked[0].nonce, asked[1].nonce);
  assert.equal(drawn(), 1);
});

test('another plan gets another number; no plan none', async () => {
  const { order, asked } = page([receipt, receipt]);
  await order.take(PLAN);
  await order.take({ plan: null, receipt_url: '/r' });
  await order.take({ plan: 'bb', receipt_url: null });
  assert.equal(asked.length, 2);
  assert.notEqual(asked[0].nonce, asked[1].nonce);
});

test('a receipt for another plan is told', async () => {
  const { order, refused } = page([(body) => receipt({ ...body, plan: 'cc' })]);
  await order.take(PLAN);
  assert.match(refused[0], /another audit plan/);
});

test('where another reviewer was first the checks are asked for, too', async () => {
  const { order, refused, drawn } = page([() => ({ receipt: null })]);
  await order.take(PLAN);
  assert.equal(drawn(), 1);
  assert.deepEqual(refused, []);
});
