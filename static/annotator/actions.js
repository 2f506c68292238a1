/** The table of what a person can do to the view and to boxes: name, keys, when, and what runs. */

/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {import('./commands.js').Commands} Commands */
/**
 * @typedef {object} Action
 * @property {string} id
 * @property {string} group heading in the help
 * @property {string} label
 * @property {string[]} keys
 * @property {string} [shown] the keys as the help writes them, where a list would say less
 * @property {() => boolean} [when] does nothing otherwise
 * @property {() => void} run
 * @property {() => void} [release] for keys that act while held
 * @property {boolean} [repeat] a held key repeats
 * @property {boolean} [canvas] only while the canvas has the focus
 */

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

/**
 * @param {Editor} editor
 * @param {Commands} commands
 * @param {object} page what only the page can do
 * @param {() => void} page.cancel
 * @param {(held: boolean) => void} page.holdSpace
 * @param {() => void} page.help
 * @param {() => void} page.instructions
 * @param {() => void} page.theme
 * @param {() => void} page.leaveCanvas
 * @returns {Action[]}
 */
export function canvasActions(editor, commands, page) {
  const { state, viewport } = editor;
  const editable = () => state.editable;
  const chosen = () => state.editable && editor.selected !== undefined;
  /** @param {number} factor */
  const zoom = (factor) => () => {
    viewport.zoomMiddle(factor);
    editor.paint();
  };
  const fit = () => {
    viewport.fit();
    editor.paint();
  };
  /** @param {'crosshair'|'labels'} name */
  const flip = (name) => () => editor.set({ [name]: !state[name] });

  return [
    { id: 'help', group: 'Show', label: 'This help', keys: ['?'], run: page.help },
    {
      id: 'instructions',
      group: 'Image',
      label: 'Instructions',
      keys: ['i'],
      run: page.instructions,
    },
    {
      id: 'draw',
      group: 'Draw',
      label: 'Draw tool; again: a box in the middle',
      keys: ['b'],
      when: editable,
      run: () => (state.tool === 'draw' ? commands.place() : editor.set({ tool: 'draw' })),
    },
    { id: 'cancel', group: 'Draw', label: 'Cancel, deselect', keys: ['Escape'], run: page.cancel },
    {
      id: 'select',
      group: 'Boxes',
      label: 'Select tool',
      keys: ['v'],
      run: () => editor.set({ tool: 'select' }),
    },
    {
      id: 'pan',
      group: 'View',
      label: 'Pan',
      keys: ['Space'],
      shown: 'Space hold',
      canvas: true,
      run: () => page.holdSpace(true),
      release: () => page.holdSpace(false),
    },
    {
      id: 'fit',
      group: 'View',
      label: 'Fit image',
      keys: ['f'],
      run: fit,
    },
    {
      id: 'zoom-box',
      group: 'View',
      label: 'Zoom to the box',
      keys: ['q'],
      when: () => editor.selected !== undefined,
      run: () => {
        if (editor.selected) viewport.zoomToBox(editor.selected);
        editor.paint();
      },
    },
    {
      id: 'zoom-in',
      group: 'View',
      label: 'Zoom in',
      keys: ['+', '='],
      shown: '+',
      repeat: true,
      run: zoom(1.25),
    },
    { id: 'zoom-out', group: 'View', label: 'Zoom out', keys: ['-'], repeat: true, run: zoom(0.8) },
    {
      id: 'leave',
      group: 'View',
      label: 'From the canvas to the panel',
      keys: ['Ctrl+F6'],
      run: page.leaveCanvas,
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
    { id: 'crosshair', group: 'Show', label: 'Crosshair', keys: ['g'], run: flip('crosshair') },
    { id: 'labels', group: 'Show', label: 'Labels', keys: ['l'], run: flip('labels') },
    {
      id: 'hide',
      group: 'Show',
      label: 'Hide boxes',
      keys: ['h'],
      shown: 'H hold',
      run: () => editor.set({ hidden: true }),
      release: () => editor.set({ hidden: false }),
    },
    { id: 'theme', group: 'Show', label: 'Light or dark', keys: ['Shift+l'], run: page.theme },
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

/** How a binding is written on a key cap: 'Ctrl+z' is Ctrl, Z. @param {Action} action */
export function keyLabels({ shown, keys }) {
  if (shown) return shown.split(' ');
  /** @type {Record<string, string>} */
  const short = { Escape: 'Esc', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };
  if (keys[0] === '+') return ['+'];
  return keys[0]
    .split('+')
    .map((part) => short[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
