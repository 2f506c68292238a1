/** A blind drawing goes to the server before the check goes on, and is sent until it is there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../static/annotator/sync/api.js';
import { createDrawing, drawingRefused, drawingWaits } from '../../static/review/drawing.js';

const BOXES = [{ class_id: 0, x1: 1, y1: 1, x2: 9, y2: 9 }];
const FOUND = [{ class_id: 0, x1: 20, y1: 20, x2: 40, y2: 40 }];

/** @param {(Error|object)[]} answers of the server, in turn */
function page(answers) {
  const told = [];
  const asked = [];
  let run = () => {};
  const drawing = createDrawing({
    api: {
      request: async (method, url, body) => {
        asked.push([method, url, body.boxes]);
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    onWaiting: (trouble) => told.push(trouble),
    onStored: (audit) => told.push(audit),
    onRefused: (error) => told.push(error.message),
    later: (again) => {
      run = again;
    },
  });
  return { drawing, told, asked, later: () => run() };
}

test('the check goes on with what the server reveals', async () => {
  const { drawing, told, asked } = page([{ revealed: FOUND }]);
  const audit = { id: 7 };
  await drawing.send(audit, BOXES);
  assert.deepEqual(asked, [['PUT', '/api/audits/7/drawing', BOXES]]);
  assert.deepEqual(told, [audit]);
  assert.deepEqual(audit, { id: 7, drawn: BOXES, revealed: FOUND });
});

test('without a network it waits and is sent again, the same', async () => {
  const offline = new ApiError('offline', 'away');
  const { drawing, told, asked, later } = page([offline, offline, { revealed: [] }]);
  const audit = { id: 7 };
  await drawing.send(audit, BOXES);
  await later();
  assert.deepEqual(told, ['offline', 'offline']);
  await drawing.again();
  assert.equal(told.at(-1), audit);
  assert.equal(asked.length, 3);
  await later(); // the timer of before finds nothing to send
  assert.equal(asked.length, 3);
});

test('a refusal ends it, and a check that was left does not go on by itself', async () => {
  const refused = new ApiError('refused', 'You have sent another drawing.', { code: 'conflict' });
  const first = page([refused]);
  await first.drawing.send({ id: 7 }, BOXES);
  assert.deepEqual(first.told, ['You have sent another drawing.']);
  await first.drawing.again();
  assert.equal(first.asked.length, 1);

  const left = page([{ revealed: FOUND }]);
  const audit = { id: 8 };
  const sent = left.drawing.send(audit, BOXES);
  left.drawing.stop();
  await sent;
  assert.deepEqual(left.told, []);
  assert.deepEqual(audit.revealed, FOUND); // opened again, it is not drawn anew
});

test('what is said names where the drawing is', () => {
  const run = () => {};
  assert.match(drawingWaits('offline', null, run).text, /offline.+saved here.+waits/);
  assert.match(drawingWaits('busy', 'full', run).text, /busy.+on this page only/);
  assert.equal(drawingWaits('signed_out', null, run), null);
  const gone = new ApiError('refused', 'Not found.', { status: 404 });
  assert.match(drawingRefused(gone, run).text, /given to someone else/);
  const other = new ApiError('refused', 'Another one.', { code: 'conflict', status: 409 });
  assert.equal(drawingRefused(other, run).actions[0].label, 'Reload');
});
