import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TABLE } from '../../static/annotator/commands/table.js';
import { mayAct } from '../../static/annotator/core/gesture.js';

const allowed = (phase, drawing) =>
  TABLE.map(({ id }) => id).filter((id) => mayAct(id, phase, drawing));

test('between gestures every key acts', () => {
  assert.equal(allowed(null, false).length, TABLE.length);
});

test('in the middle of a gesture no key draws, deletes, answers, sends or leaves', () => {
  const harmful =
    /^(draw|place|stamp|method|select|delete|paste|duplicate|repeat-image|nothing|skip|accept|reject|redo|lock|next|previous|relabel|help|display|leave|note|last-sent|verify)/;
  for (const phase of ['drag', 'corner', 'points', 'grabbed'])
    for (const drawing of [true, false])
      for (const id of allowed(phase, drawing)) assert.doesNotMatch(id, harmful, `${phase}: ${id}`);
  for (const phase of ['drag', 'corner', 'points'])
    assert.ok(!mayAct('submit', phase, true), phase);
});

test('a class key names the box being drawn, never a box that is being moved', () => {
  assert.ok(mayAct('class-2', 'corner', true));
  assert.ok(mayAct('class-2', 'drag', true));
  assert.ok(!mayAct('class-2', 'drag', false));
  assert.ok(!mayAct('class-2', 'grabbed', false));
});

test('what belongs to the gesture still acts', () => {
  for (const id of ['undo', 'back-point', 'edge-top', 'cancel', 'zoom-in'])
    assert.ok(mayAct(id, 'points', true), id);
  assert.ok(!mayAct('edge-top', 'corner', true));
  assert.ok(mayAct('nudge-left-1', 'grabbed', false));
});
