/** The canvas with its tools, keys, lists and dialogs, as drawing and reviewing share it. */

import { switchTheme } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { createLater } from '../common/later.js';
import { speak } from '../common/speak.js';
import { boxHandlers, familyHandlers } from './commands/box-handlers.js';
import { wireButtons } from './commands/buttons.js';
import { listenToKeys } from './commands/hotkeys.js';
import { createCommands } from './commands/index.js';
import { bindActions } from './commands/pages.js';
import { viewHandlers } from './commands/view-handlers.js';
import { createActivity, kindOf } from './core/activity.js';
import { mayAct, UNFINISHED } from './core/gesture.js';
import { createEditor } from './editor.js';
import { startBoxes } from './panels/boxes.js';
import { startClasses } from './panels/classes.js';
import { startHints } from './panels/hints.js';
import { startNavigator } from './panels/navigator.js';
import { createPointerLabel } from './panels/pointer-label.js';
import { startSheet } from './panels/sheet.js';
import { createPreferences, rememberDisplay } from './sync/preferences.js';
import { createDrawTool } from './tools/draw.js';
import { createGrabTool } from './tools/grab.js';
import { createPanTool } from './tools/pan.js';
import { listenToPointer } from './tools/pointer.js';
import { createSelectTool } from './tools/select.js';
import { startCanvas } from './view/canvas.js';

/** Lets the next images come first. */
const QUIET_MS = 300;

/** @typedef {ReturnType<typeof createWorkspace>} Workspace */

/** @param {import('./app.js').App<any>} app
 * @param {import('../common/api.js').LabelClass[]} classes
 * @param {import('./sync/preferences.js').Preferences} [own] without it, what this browser remembers */
export function createWorkspace(
  app,
  classes,
  own = createPreferences(pageData().user.id, pageData().preferences, null),
) {
  const surface = must('[data-surface]');
  const editor = createEditor(classes, (name) => app.emit('gesture', name));
  const { selection, view, drawing } = editor.state;
  const pointerLabel = createPointerLabel(surface, editor);
  /** @param {string} text @param {number|null} [box] that was changed: there the way back is named */
  const show = (text, box = null) => {
    const caps = hints.keys('undo').join(' ');
    const undo = box !== null && caps && !view.finger ? ` · ${caps} undoes it` : '';
    pointerLabel.say(text + undo, box);
  };
  const commands = createCommands(editor, speak, show);
  let activity = createActivity(Date.now());
  let lastEscape = 0;
  rememberDisplay(editor, own);

  const draw = createDrawTool(editor, commands, speak, show);
  const tools = {
    draw,
    select: createSelectTool(editor, commands, show),
    pan: createPanTool(editor),
    grab: createGrabTool(editor),
  };
  const act = () => {
    activity.touch(Date.now());
    hints.notice('');
  };
  app.on('gesture', (name) => {
    if (name) activity.mark(kindOf(name, draw.way), Date.now());
  });
  const pointer = listenToPointer(surface, editor, tools, act, (point) => {
    const hit = editor.hit(point);
    if (hit) commands.toggleChosen(hit.box.id);
  });
  /** @type {import('../common/types.js').Action[]} */
  let actions = [];
  const dialogs = createLater(async () => {
    const { createDialogs } = await import('./panels/dialogs.js');
    return createDialogs(editor, commands, surface, actions);
  });
  /** @param {'help'|'instructions'|'display'|'finder'} name */
  const openDialog = (name) => () =>
    dialogs().then(
      (all) => all[name].showModal(),
      () => hints.notice('This could not be fetched. Try again when the server is back.'),
    );
  const hints = startHints(editor, pointerLabel.say);

  /** @returns {import('./core/gesture.js').Phase|null} */
  const phase = () => {
    if (drawing.grabbed) return 'grabbed';
    return pointer.pressed || editor.doc.busy ? 'drag' : draw.waitsFor;
  };
  /** In the middle of a gesture most keys and buttons do nothing, and say why.
   * @param {import('../common/types.js').Action} action */
  const unlessUnfinished = (action) => ({
    ...action,
    run() {
      const now = phase();
      const begun = drawing.draftShape !== null && !drawing.draftShape.marquee;
      if (!mayAct(action.id, now, begun)) {
        const why = UNFINISHED[/** @type {import('./core/gesture.js').Phase} */ (now)];
        hints.notice(why);
        return speak(why);
      }
      // Enter ends what has begun before it sends anything.
      if (now === 'grabbed' && action.id === 'submit')
        return editor.set('drawing', { grabbed: null });
      action.run();
    },
  });

  const leaveCanvas = () => must('.panel button:not(:disabled)').focus();
  const cancel = () => {
    const idle = !draw.busy && !editor.doc.busy && !selection.chosen.size;
    pointer.cancel();
    selection.stack = [];
    editor.set('drawing', { grabbed: null, relabelling: false });
    editor.select(null);
    // Tab belongs to the canvas while it has the focus; twice Esc is the way out.
    if (idle && Date.now() - lastEscape < 1_000) leaveCanvas();
    lastEscape = Date.now();
  };

  // A press on a button must not take the focus from the canvas, or the next key would be lost.
  for (const part of document.querySelectorAll('.rail, .panel, .hintline, .banners, .floats')) {
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
    draw,
    show,
    showInstructions: openDialog('instructions'),
    cancelTool: () => pointer.cancel(),
    /** @param {number} [already] ms @param {Record<string, number>|null} [spent] by action */
    restartActivity(already = 0, spent = null) {
      activity = createActivity(Date.now(), already, spent);
    },
    activeMs: () => activity.total,
    actionMs: () => activity.byAction,
    lastAct: () => activity.last,
    touch: () => activity.touch(Date.now()),
    /** @param {import('./core/activity.js').ActionKind} kind */
    markTime: (kind) => activity.mark(kind, Date.now()),
    /** @param {import('./commands/pages.js').PageId} page
     * @param {(common: import('../common/types.js').Handlers) => import('../common/types.js').Handlers} more
     *   what the rows do on this page, from what they do on all */
    start(page, more) {
      const handlers = more({
        ...viewHandlers(editor, commands, {
          cancel,
          leaveCanvas,
          holdSpace: pointer.holdSpace,
          help: openDialog('help'),
          instructions: openDialog('instructions'),
          display: openDialog('display'),
          findClass: openDialog('finder'),
          theme: switchTheme,
        }),
        ...boxHandlers(editor, commands, draw, speak, show),
        ...familyHandlers(editor, commands, draw),
        place: { when: () => drawing.editable, run: () => commands.place(page === 'draw') },
      });
      actions = bindActions(page, handlers, own.keys).map(unlessUnfinished);
      hints.know(actions);
      wireButtons(actions, editor);
      startCanvas(surface, editor);
      startNavigator(editor);
      startSheet();
      whenDrawn(editor, () => dialogs().catch(() => {}));
      surface.focus({ preventScroll: true });
      const keys = listenToKeys(actions, surface, act);
      app.on('menu', keys.setMenu);
    },
  };
}

/** @param {import('./editor.js').Editor} editor @param {() => void} act once, after the first image stands */
function whenDrawn(editor, act) {
  let waiting = true;
  editor.onPaint(() => {
    if (!waiting || !editor.state.view.bitmap) return;
    waiting = false;
    setTimeout(act, QUIET_MS);
  });
}
