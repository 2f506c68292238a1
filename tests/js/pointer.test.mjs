import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEditor } from '../../static/annotator/editor.js';

test('a mouse that rests stays where it is when the image under it changes or moves', () => {
  const editor = createEditor([]);
  const { viewport } = editor;
  const { view } = editor.state;
  viewport.setView({ width: 824, height: 624 });
  editor.open({ id: 1, width: 800, height: 600 }, [], true);
  view.pointer = viewport.toImage({ x: 112, y: 212 });
  assert.deepEqual(view.pointer, { x: 100, y: 200 });

  editor.open({ id: 2, width: 300, height: 600 }, [], true);
  assert.deepEqual(viewport.toScreen(view.pointer), { x: 112, y: 212 });
  viewport.zoomMiddle(2);
  assert.deepEqual(viewport.toScreen(view.pointer), { x: 112, y: 212 });
  view.pointer = null;
  assert.equal(view.pointer, null);
});
