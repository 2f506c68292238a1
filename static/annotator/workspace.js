/** The canvas with its tools, keys, lists and dialogs, as drawing and reviewing share it. */

import { switchTheme } from '../common/chrome.js';
import { fill, keycap, must } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { canvasActions, keyLabels } from './actions.js';
import { startCanvas } from './canvas.js';
import { createCommands } from './commands.js';
import { createActivity } from './core/activity.js';
import { createEditor } from './editor.js';
import { listenToKeys } from './hotkeys.js';
import { startBoxes } from './panels/boxes.js';
import { startClasses } from './panels/classes.js';
import { createDialog, fillHelp } from './panels/help.js';
import { startHints } from './panels/hints.js';
import { listenToPointer } from './pointer.js';
import { createDrawTool } from './tools/draw.js';
import { createPanTool } from './tools/pan.js';
import { createSelectTool } from './tools/select.js';

/** @typedef {import('../common/types.js').Action} Action */
/** @typedef {ReturnType<typeof createWorkspace>} Workspace */

/** Buttons of rail, strip and panel that stand for an action carry its name.
 * @param {Map<string, Action>} table @param {import('./editor.js').Editor} editor */
function wireButtons(table, editor) {
  /** @type {Record<string, () => boolean>} */
  const isOn = {
    draw: () => editor.state.tool === 'draw',
    select: () => editor.state.tool === 'select',
    'pan-tool': () => editor.state.tool === 'pan',
    crosshair: () => editor.state.crosshair,
    labels: () => editor.state.labels,
    hide: () => editor.state.hidden,
  };
  /** @type {Record<string, () => void>} a click does not hold, and does not place a box */
  const clicks = {
    draw: () => editor.set({ tool: 'draw' }),
    'pan-tool': () => editor.set({ tool: 'pan' }),
    hide: () => editor.set({ hidden: !editor.state.hidden }),
  };
  for (const button of document.querySelectorAll('button[data-action]')) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const name = button.dataset.action ?? '';
    const action = table.get(name);
    const labels = action ? keyLabels(action).filter((label) => label !== 'hold') : [];
    if (action) button.setAttribute('aria-keyshortcuts', labels.join('+'));
    const cap = button.querySelector('[data-keys]');
    if (cap) fill(cap, ...labels.map(keycap));
    if (!cap && action && button.closest('.rail')) {
      button.title = `${button.getAttribute('aria-label')} (${labels.join(' ')})`;
      if (labels.length === 1) button.append(keycap(labels[0]));
    }
    button.addEventListener('click', () => {
      if (clicks[name]) clicks[name]();
      else if (action && (action.when?.() ?? true)) action.run();
    });
    editor.onChange(() => {
      if (isOn[name]) button.setAttribute('aria-pressed', String(isOn[name]()));
      if (action?.when && !isOn[name]) button.disabled = !action.when();
      if (name === 'undo') button.disabled = !editor.doc.canUndo;
      if (name === 'redo') button.disabled = !editor.doc.canRedo;
    });
  }
}

/** @param {import('../common/types.js').LabelClass[]} classes
 * @param {() => import('./panels/hints.js').Hint[]|null} pageHints */
export function createWorkspace(classes, pageHints) {
  const surface = must('[data-surface]');
  const editor = createEditor(classes);
  const commands = createCommands(editor, speak);
  let activity = createActivity(Date.now());
  let lastEscape = 0;

  const draw = createDrawTool(editor, speak);
  const tools = { draw, select: createSelectTool(editor), pan: createPanTool(editor) };
  const act = () => {
    activity.touch(Date.now());
    hints.notice('');
  };
  const pointer = listenToPointer(surface, editor, tools, act);
  const help = createDialog('[data-help]', surface);
  const instructions = createDialog('[data-instructions]', surface);
  const zoom = (/** @type {number} */ factor) => () => {
    editor.viewport.zoomMiddle(factor);
    editor.paint();
  };
  const fit = () => {
    editor.viewport.fit();
    editor.paint();
  };
  const hints = startHints(editor, { zoomIn: zoom(1.25), zoomOut: zoom(0.8), fit }, pageHints);

  const leaveCanvas = () => must('.panel button:not(:disabled)').focus();
  const cancel = () => {
    const idle = !draw.busy && !editor.doc.busy && editor.state.selectedId === null;
    pointer.cancel();
    editor.select(null);
    // Tab belongs to the canvas while it has the focus; twice Esc is the way out.
    if (idle && Date.now() - lastEscape < 1_000) leaveCanvas();
    lastEscape = Date.now();
  };

  // A press on a button must not take the focus from the canvas, or the next key would be lost.
  for (const part of document.querySelectorAll('.rail, .panel, .hintline, .banners')) {
    part.addEventListener('mousedown', (event) => {
      const onField =
        event.target instanceof Element && event.target.closest('input, select, textarea, a');
      if (!onField) event.preventDefault();
    });
  }
  startClasses(must('[data-classes]'), editor, commands);
  startBoxes(must('[data-boxes]'), editor, commands);

  return {
    surface,
    editor,
    commands,
    hints,
    showInstructions: () => instructions.showModal(),
    cancelTool: () => pointer.cancel(),
    /** @param {number} [already] ms */
    restartActivity(already = 0) {
      activity = createActivity(Date.now(), already);
    },
    activeMs: () => activity.total,
    lastAct: () => activity.last,
    touch: () => activity.touch(Date.now()),
    /** @param {Action[]} pageActions in front of the common ones */
    start(pageActions) {
      const actions = [
        ...pageActions,
        ...canvasActions(editor, commands, {
          cancel,
          leaveCanvas,
          holdSpace: pointer.holdSpace,
          help: () => help.showModal(),
          instructions: () => instructions.showModal(),
          theme: switchTheme,
        }),
      ];
      fillHelp(help, actions);
      wireButtons(new Map(actions.map((action) => [action.id, action])), editor);
      startCanvas(surface, editor);
      surface.focus({ preventScroll: true });
      return listenToKeys(actions, surface, act);
    },
  };
}
