/** What the actions on boxes do: draw, choose, move, shape, class, copy, lock, undo. */

import { DIGITS, EDGE_KEYS, WAYS } from './families.js';

/** @typedef {import('../../common/types.js').Handlers} Handlers */

/** @type {import('../../common/types.js').Method[]} */
const METHODS = ['drag', 'clicks', 'points'];
export const METHOD_WORDS = {
  drag: 'Press, drag, release',
  clicks: 'Two clicks on opposite corners',
  points: 'Four clicks on the outermost points',
};

/** @param {import('../editor.js').Editor} editor @param {import('./index.js').Commands} commands
 * @param {{edge: (side: import('../core/points.js').Side) => void, back: () => boolean, busy: boolean,
 *   cancel: () => void}} draw
 * @param {(text: string) => void} say @param {(text: string) => void} show */
export function boxHandlers(editor, commands, draw, say, show) {
  const { selection, drawing } = editor.state;
  const editable = () => drawing.editable;
  const chosen = () => drawing.editable && selection.chosen.size > 0;

  return {
    draw: {
      when: editable,
      run: () => {
        editor.set('drawing', { tool: 'draw' });
        show(METHOD_WORDS[drawing.method]);
      },
    },
    place: { when: editable, run: commands.place },
    select: {
      run: () => {
        editor.set('drawing', { tool: 'select' });
        show('Select: press moves, drag picks several');
      },
    },
    method: {
      when: editable,
      run: () => {
        draw.cancel();
        const method = METHODS[(METHODS.indexOf(drawing.method) + 1) % METHODS.length];
        editor.set('drawing', { method, tool: 'draw' });
        show(METHOD_WORDS[method]);
        say(METHOD_WORDS[method]);
      },
    },
    'back-point': {
      when: editable,
      run: () => {
        if (!draw.back() && chosen()) commands.remove();
      },
    },
    stamp: { when: editable, run: commands.stamp },
    'repeat-image': { when: () => editable() && commands.hasBefore(), run: commands.repeatImage },
    undo: { when: editable, run: () => draw.back() || commands.travel('undo') },
    redo: { when: editable, run: () => commands.travel('redo') },
    next: { run: () => commands.cycle(1) },
    previous: { run: () => commands.cycle(-1) },
    relabel: { when: editable, run: commands.relabel },
    grab: { when: editable, run: commands.grab },
    duplicate: { when: chosen, run: commands.duplicate },
    copy: { when: () => selection.chosen.size > 0, run: commands.copy },
    paste: { when: () => editable() && commands.hasCopy(), run: commands.paste },
    delete: { when: chosen, run: () => commands.remove() },
    'select-all': { run: commands.selectAll },
    lock: { when: chosen, run: commands.lockChosen },
    'lock-all': { when: editable, run: commands.lockAll },
  };
}

/** Those of arrows, edges and digits, one for each key.
 * @param {import('../editor.js').Editor} editor @param {import('./index.js').Commands} commands
 * @param {{edge: (side: import('../core/points.js').Side) => void, busy: boolean}} draw */
export function familyHandlers(editor, commands, draw) {
  const { selection, drawing } = editor.state;
  const editable = () => drawing.editable;
  const chosen = () => drawing.editable && selection.chosen.size > 0;
  /** @type {Handlers} */
  const handlers = {};
  for (const [, way, x, y] of WAYS) {
    for (const pixels of [1, 10]) {
      const step = { dx: x * pixels, dy: y * pixels };
      handlers[`nudge-${way}-${pixels}`] = { when: chosen, run: () => commands.nudge(step) };
      handlers[`resize-${way}-${pixels}`] = { when: chosen, run: () => commands.grow(step) };
    }
  }
  for (const [, name, side] of EDGE_KEYS) {
    handlers[`edge-${name}`] = {
      when: editable,
      // A selected box is shaped; with none selected, or four points begun, a new one is made.
      run: () => (chosen() && !draw.busy ? commands.edgeToPointer(side) : draw.edge(side)),
    };
  }
  for (const digit of DIGITS) {
    const entry = editor.classes.find(({ hotkey }) => hotkey === digit);
    if (!entry) continue;
    handlers[`class-${digit}`] = {
      label: entry.name,
      when: editable,
      run: () => commands.setClass(entry.index),
    };
  }
  return handlers;
}

/** Only pages that show suggestions have these.
 * @param {import('../editor.js').Editor} editor @param {import('./index.js').Commands} commands */
export function suggestionHandlers(editor, commands) {
  const { drawing, display } = editor.state;
  const meant = () => drawing.editable && commands.meantSuggestion() !== null;
  const some = () => editor.doc.boxes.some((box) => box.suggested);
  return {
    accept: { when: meant, run: commands.accept },
    'accept-all': {
      when: () => drawing.editable && commands.openSuggestions().length > 0,
      run: commands.acceptAll,
    },
    reject: { when: meant, run: commands.reject },
    fewer: { when: some, run: commands.fewer },
    more: { when: some, run: commands.more },
    suggestions: {
      when: some,
      run: () => editor.set('display', { suggestions: !display.suggestions }),
    },
  };
}
