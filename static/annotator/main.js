/** Wires the drawing page: the only file that knows all its parts. */

import { startChrome } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { createApp } from './app.js';
import { suggestionHandlers } from './commands/box-handlers.js';
import { drawHandlers } from './commands/draw-handlers.js';
import { createGuard } from './commands/guard.js';
import { initialBoxes } from './core/suggestions.js';
import { createModes } from './modes/index.js';
import { createCard } from './panels/card.js';
import { showConnection } from './panels/connection.js';
import { showFirst } from './panels/instructions.js';
import { createNotes } from './panels/notes.js';
import { createPosition } from './panels/position.js';
import { showReturned } from './panels/returned.js';
import { createSentOffer } from './panels/sent-offer.js';
import { createSkipMenu } from './panels/skip.js';
import { rememberConfidence, startSuggestions } from './panels/suggestions.js';
import { showOtherTabs, showPause, showWorkBanners } from './panels/work-banners.js';
import { createApi } from './sync/api.js';
import { createDelivery } from './sync/delivery.js';
import { createLastSubmission } from './sync/last-submission.js';
import { listenForPageExit } from './sync/page-exit.js';
import { createPreferences } from './sync/preferences.js';
import { createSession } from './sync/session.js';
import { createSubmission } from './sync/submission.js';
import { createTabs } from './sync/tabs.js';
import { createImages } from './view/images.js';
import { createStage } from './view/stage.js';
import { createWorkspace } from './workspace.js';

/** Images kept here, so that work goes on while the network is away. */
const STOCK = 12;

/** @type {import('../common/api.js').WorkPage} */
const data = pageData();
/** @type {import('../common/api.js').Job} */
const job = data.job;

startChrome();
/** @type {import('./app.js').App<import('../common/api.js').Assignment>} */
const app = createApp();

// The canvas with its tools, as this person set it up.
const own = createPreferences(data.user.id, data.preferences, createApi({ userId: data.user.id }));
const workspace = createWorkspace(app, data.classes, own);
const { editor, hints, commands, draw } = workspace;
if (!own.page.method) editor.state.drawing.method = job.drawing;
startSuggestions(must('[data-suggestions]'), editor, commands);
rememberConfidence(editor, own, job.slug);
const modes = createModes(app, workspace);

// What goes to the server and comes from it.
const delivery = await createDelivery(app, data.user.id, STOCK);
const { api, store, outbox } = delivery;
const { banners, status } = showConnection(app, data.user, delivery);
const position = createPosition(app, status);
const images = createImages(() => app.emit('images-changed'));
const tabs = createTabs(app, data.user.id);
const session = createSession(app, {
  claimUrl: `/api/jobs/${job.slug}/assignments/claim`,
  leaseMs: job.lease_seconds * 1000,
  stock: STOCK,
  api,
  outbox,
  images,
  lastAct: workspace.lastAct,
  avoid: tabs.hasElsewhere,
});

// The open image: shown, submitted or skipped, and opened again.
const skipMenu = createSkipMenu(app, workspace, job.skip_reasons);
const stage = createStage(app, {
  workspace,
  images,
  store,
  api,
  banners,
  card: createCard(store.cause === null),
  status,
  session,
  boxesOf: initialBoxes,
  brokenReason: 'broken',
});
const submission = createSubmission(app, workspace, session);
const lastSubmission = createLastSubmission(app, { api, outbox, session, stage, hints });
const offer = createSentOffer(app, must('[data-sent-offer]'), lastSubmission.reopen, () =>
  hints.keys('last-sent'),
);
const isOpen = () => app.current !== null && stage.isOpen();
const begun = () => editor.doc.canUndo;

// What the person is told.
const notes = createNotes(app, {
  editor,
  surface: workspace.surface,
  api,
  userId: data.user.id,
  keysOf: hints.keys,
  reviewing: false,
});
showReturned(app);
showWorkBanners(app, {
  banners,
  status,
  workspace,
  session,
  leaseSeconds: job.lease_seconds,
  leaveLost: submission.leaveLost,
  lost: 'Your work is kept; “Next image” submits it as an extra submission.',
});
showPause(app, banners);
showOtherTabs(app, banners, session, begun);
app.on('sent', ({ reply }) => {
  if (reply.state === 'extra')
    speak('That image had been reassigned; your boxes were kept as an extra submission.');
});
app.on('image-opened', (assignment) => {
  const text = position.show(assignment);
  if (!assignment) return;
  const open = editor.doc.boxes.filter((box) => box.suggested).length;
  speak(open ? `${text}, ${open} suggestions` : text);
});

// Keys and buttons.
const guard = createGuard(app, {
  seen: () => editor.state.view.bitmap !== null,
  tell: (text) => {
    hints.notice(text);
    speak(text);
  },
});
const page = { isOpen, editor, draw, submission, lastSubmission, offer, skipMenu };
workspace.start('draw', (common) =>
  guard.wrap(
    modes.wrap({
      ...common,
      ...suggestionHandlers(editor, commands),
      ...drawHandlers({ ...page, note: notes.handler }, common),
    }),
  ),
);
modes.start(job.one_object ? { isOpen, submit: submission.submit } : null);
listenForPageExit({
  begun,
  save: stage.saveNow,
  giveBack: (wasBegun) => {
    outbox.release();
    return session.giveBack(wasBegun);
  },
});

// Answers still waiting here are done too, though the server has not counted them.
const unsent = (await outbox.all()).map((item) => item.context?.assignment);
await tabs.refresh();
await session.start();
position.start(unsent.filter((assignment) => assignment?.position));
outbox.flush();
if (data.reopen) lastSubmission.open(data.reopen);
if (data.instructions_new) showFirst(workspace, api, job);
