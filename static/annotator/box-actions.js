/** The part of the table that acts on boxes: select, move, class, copy, undo, suggestions. */

/** @typedef {import('../common/types.js').Action} Action */
/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {import('./commands.js').Commands} Commands */

/** @type {[string, number, number][]} */
const ARROWS = [
  ['ArrowLeft', -1, 0],
  ['ArrowUp', 0, -1],
  ['ArrowRight', 1, 0],
  ['ArrowDown', 0, 1],
];

/** @param {string} id @param {string} label @param {string} shown @param {string} prefix
 * @param {(step: {dx: number, dy: number}) => void} act @param {() => boolean} when @returns {Action[]} */
const arrowActions = (id, label, shown, prefix, act, when) =>
  ARROWS.flatMap(([key, x, y], place) =>
    [1, 10].map((pixels) => ({
      id: `${id}-${key}-${pixels}`,
      group: 'Boxes',
      label: place === 0 && pixels === 1 ? label : '',
      keys: [`${prefix}${pixels === 10 ? 'Shift+' : ''}${key}`],
      shown,
      canvas: true,
      repeat: true,
      when,
      run: () => act({ dx: x * pixels, dy: y * pixels }),
    })),
  );

/** @param {Editor} editor @param {Commands} commands @returns {Action[]} */
export function boxActions(editor, commands) {
  const editable = () => editor.state.editable;
  const chosen = () => editor.state.editable && editor.selected !== undefined;
  return [
    {
      id: 'select',
      group: 'Boxes',
      label: 'Select tool',
      keys: ['v'],
      run: () => editor.set({ tool: 'select' }),
    },
    {
      id: 'undo',
      group: 'Boxes',
      label: 'Undo',
      keys: ['Ctrl+z'],
      repeat: true,
      when: editable,
      run: () => commands.travel('undo'),
    },
    {
      id: 'redo',
      group: 'Boxes',
      label: 'Redo',
      keys: ['Ctrl+Shift+z', 'Ctrl+y'],
      shown: 'Ctrl Shift Z',
      repeat: true,
      when: editable,
      run: () => commands.travel('redo'),
    },
    {
      id: 'next',
      group: 'Boxes',
      label: 'Next box',
      keys: ['Tab'],
      canvas: true,
      repeat: true,
      run: () => commands.cycle(1),
    },
    {
      id: 'previous',
      group: 'Boxes',
      label: 'Previous box',
      keys: ['Shift+Tab'],
      canvas: true,
      repeat: true,
      run: () => commands.cycle(-1),
    },
    ...arrowActions('nudge', 'Nudge 1 px, with Shift 10', '← ↑ ↓ →', '', commands.nudge, chosen),
    ...arrowActions(
      'resize',
      'Resize 1 px, with Shift 10',
      'Alt ← ↑ ↓ →',
      'Alt+',
      commands.grow,
      chosen,
    ),
    {
      id: 'duplicate',
      group: 'Boxes',
      label: 'Duplicate',
      keys: ['Ctrl+d'],
      when: chosen,
      run: commands.duplicate,
    },
    {
      id: 'copy',
      group: 'Boxes',
      label: 'Copy',
      keys: ['Ctrl+c'],
      when: () => editor.selected !== undefined,
      run: commands.copy,
    },
    {
      id: 'paste',
      group: 'Boxes',
      label: 'Paste',
      keys: ['Ctrl+v'],
      when: () => editable() && commands.hasCopy,
      run: commands.paste,
    },
    {
      id: 'delete',
      group: 'Boxes',
      label: 'Delete',
      keys: ['Delete', 'Backspace'],
      shown: 'Del',
      when: chosen,
      run: () => commands.remove(),
    },
    ...classActions(editor, commands),
  ];
}

/** @param {Editor} editor @param {Commands} commands @returns {Action[]} */
function classActions(editor, commands) {
  return editor.classes
    .filter((entry) => entry.hotkey)
    .map((entry) => ({
      id: `class-${entry.index}`,
      group: 'Class',
      label: entry.name,
      keys: [entry.hotkey.toLowerCase()],
      when: () => editor.state.editable,
      run: () => commands.setClass(entry.index),
    }));
}

/** Suggestions: only pages that show them have these keys.
 * @param {Editor} editor @param {Commands} commands @returns {Action[]} */
export function suggestionActions(editor, commands) {
  const meant = () => editor.state.editable && commands.meantSuggestion() !== null;
  const any = () => editor.state.editable && editor.shown().some((box) => box.suggested);
  const group = 'Suggestions';
  return [
    { id: 'accept', group, label: 'Accept', keys: ['y'], when: meant, run: commands.accept },
    {
      id: 'accept-all',
      group,
      label: 'Accept all shown',
      keys: ['Shift+y'],
      when: any,
      run: commands.acceptAll,
    },
    { id: 'reject', group, label: 'Reject', keys: ['x'], when: meant, run: commands.reject },
    {
      id: 'suggestions',
      group,
      label: 'Show or hide suggestions',
      keys: ['t'],
      run: () => editor.set({ suggestions: !editor.state.suggestions }),
    },
  ];
}
