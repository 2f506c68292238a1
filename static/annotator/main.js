/** Wires the drawing page: the only file that knows all its parts. */

import { startChrome } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { plural } from '../common/words.js';
import { suggestionHandlers } from './commands/box-handlers.js';
import { createGuard } from './commands/guard.js';
import { initialBoxes } from './core/initial-boxes.js';
import { causeOf } from './core/storage-errors.js';
import { createModes } from './modes/index.js';
import { createCard } from './panels/card.js';
import { showFirst } from './panels/instructions.js';
import { leaseMessage } from './panels/lease.js';
import { answeredElsewhere, notTaken, PAUSED } from './panels/messages.js';
import { createNotes } from './panels/notes.js';
import { createPosition } from './panels/position.js';
import { createReturned } from './panels/returned.js';
import { createSentOffer } from './panels/sent-offer.js';
import { createSkipMenu } from './panels/skip.js';
import { rememberConfidence, startSuggestions } from './panels/suggestions.js';
import { createApi } from './sync/api.js';
import { createDelivery } from './sync/delivery.js';
import { createLastSubmission } from './sync/last-submission.js';
import { listenForPageExit } from './sync/page-exit.js';
import { PAGE_ID } from './sync/page-id.js';
import { createPreferences } from './sync/preferences.js';
import { createSession } from './sync/session.js';
import { createSubmission } from './sync/submission.js';
import { createTabs } from './sync/tabs.js';
import { createImages } from './view/images.js';
import { createStage } from './view/stage.js';
import { createWorkspace } from './workspace.js';

/** @typedef {import('../common/types.js').Assignment} Assignment */

/** The skip that tells managers; the server says the same word. */
const BROKEN = 'Image is broken';
/** Images kept here, so that work goes on while the network is away. */
const STOCK = 12;
const KIND = 'assignments';

const data = pageData();
/** @type {import('../common/types.js').Job} */
const job = data.job;

startChrome();
const own = createPreferences(data.user.id, data.preferences, createApi({ userId: data.user.id }));
const workspace = createWorkspace(data.classes, () => skipMenu.hints(), own);
const { editor, hints, commands } = workspace;
if (!own.page.method) editor.state.method = job.drawing;
startSuggestions(must('[data-suggestions]'), editor, commands);
rememberConfidence(editor, own, job.slug);
const modes = createModes(workspace);

const delivery = await createDelivery(data.user, {
  ask: () => ({ hold: session.heldIds(), count: STOCK, page: PAGE_ID }),
  reopen: (item) => {
    const { assignment, boxes } = { assignment: item.context.assignment, boxes: item.body.boxes };
    position.takenBack(assignment);
    session.reopen({
      ...assignment,
      boxes: boxes ?? assignment.boxes,
      version: item.body.version ?? assignment.version,
    });
    if (item.problem?.where) hints.notice(stage.pointOut(item.problem.where, item.problem.message));
  },
  onSent: (item, reply) => {
    delivery.store.removeDraft(item.assignment);
    if (reply.state === 'surplus') {
      speak('That image had been reassigned; your boxes were kept as an extra submission.');
    }
    position.see(reply.next ?? []);
    session.take(reply);
  },
});
const { api, store, outbox, banners, status, waiting, signInNow } = delivery;
const position = createPosition(status);
const notes = createNotes({
  editor,
  surface: workspace.surface,
  api,
  userId: data.user.id,
  keysOf: hints.keys,
  reviewing: false,
});
const returned = createReturned();
const tell = (/** @type {string} */ text) => {
  hints.notice(text);
  speak(text);
};
const guard = createGuard({ seen: () => editor.state.bitmap !== null, tell });
const lastSubmission = createLastSubmission({
  api,
  outbox,
  reopen: (assignment) => {
    position.takenBack(assignment);
    session.reopen(assignment);
    hints.notice(
      `You submitted this one already. ${hints.press('submit', 'Submit')} to submit it again with your changes.`,
    );
  },
  takeBack: (assignment, kind) => {
    if (kind === 'sent') position.takenBack(assignment);
    session.reopen(assignment);
    hints.notice('Reopened: it was not sent.');
  },
  tell,
});
const offer = createSentOffer(
  must('[data-sent-offer]'),
  () => lastSubmission.handler.run(),
  () => hints.keys('last-sent'),
);
const images = createImages(() => refresh());
const refresh = () => {
  status.prefetch(session.upcoming.map((assignment) => images.isReady(assignment.image)));
  stage.refresh();
};

/** @param {{id: number}} assignment */
const nameOf = (assignment) => `${KIND}:${assignment.id}`;
const tabs = createTabs(data.user.id, (name) => {
  const { current } = session;
  if (!current || name !== nameOf(current)) return session.forget(Number(name.split(':')[1]));
  if (!editor.doc.canUndo) return session.leave();
  banners.set('answered', answeredElsewhere(session.leave));
});

/** @type {ReturnType<typeof createSession<Assignment>>} */
const session = createSession({
  kind: KIND,
  claimUrl: `/api/jobs/${job.slug}/assignments/claim`,
  leaseMs: job.lease_seconds * 1000,
  stock: STOCK,
  api,
  outbox,
  images,
  lastAct: workspace.lastAct,
  avoid: (assignment) => tabs.hasElsewhere(nameOf(assignment)),
  onFinish: (assignment) => tabs.answered(nameOf(assignment)),
  onOpen: (assignment) => {
    submission.forget();
    guard.opened();
    editor.state.tool = 'draw';
    modes.leave();
    banners.set('answered', null);
    skipMenu.close();
    tabs.opened(assignment ? nameOf(assignment) : '');
    stage.open(assignment);
    notes.open(assignment?.image ?? null, (assignment?.notes ?? 0) > 0);
    returned.show(assignment?.returned);
    const text = position.show(assignment);
    if (!assignment) return;
    const open = editor.doc.boxes.filter((box) => box.suggested).length;
    speak(open ? `${text}, ${open} suggestions` : text);
  },
  onChange: () => {
    refresh();
    banners.set('paused', session.current && session.queue?.reason === 'paused' ? PAUSED : null);
  },
  onLease: (state) =>
    banners.set('lease', leaseMessage(state, job.lease_seconds, { stay, next: leaveLost })),
  onStuck: (assignment, storage, server) => {
    stage.stay(assignment);
    status.keptHere(causeOf(storage));
    banners.set('storage', notTaken(storage, server));
  },
});
const stage = createStage({
  kind: KIND,
  workspace,
  images,
  store,
  api,
  banners,
  card: createCard(store.cause === null),
  status,
  session: () => session,
  skip: () => submission.skip(BROKEN),
  waiting,
  signIn: signInNow,
  onReady: () => modes.open(session.current?.verify ?? false),
  boxesOf: initialBoxes,
});
const submission = createSubmission({
  workspace,
  session,
  stage,
  onSend: (activeMs, boxes) => {
    lastSubmission.note(session.current?.id ?? null, 'sent');
    offer.show(
      boxes ? `Submitted with ${plural(boxes, 'box', 'boxes')}.` : 'Submitted without boxes.',
    );
    if (session.current) position.submitted(session.current, activeMs);
  },
  onSkip: () => {
    lastSubmission.note(session.current?.id ?? null, 'skipped');
    offer.show('Skipped.');
  },
});

const stay = () => {
  workspace.touch();
  session.renewDue();
};
/** Somebody else has the image: what was drawn still goes to the server, as extra evidence. */
const leaveLost = () =>
  editor.doc.answer().length ? submission.send(editor.doc.answer()) : session.leave();
listenForPageExit({
  begun: () => editor.doc.canUndo,
  save: stage.saveNow,
  giveBack: (begun) => {
    outbox.release();
    session.giveBack(begun);
  },
});
const open = () => session.current !== null && stage.isOpen();
const skipMenu = createSkipMenu({
  reasons: job.skip_reasons,
  setMenu: (choices) => keys.setMenu(choices),
  skip: submission.skip,
  onToggle: () => {
    workspace.surface.focus({ preventScroll: true });
    editor.changed();
  },
});

const keys = workspace.start('draw', (common) =>
  guard.wrap(
    modes.wrap({
      ...common,
      cancel: {
        run: () => {
          submission.forget();
          common.cancel.run();
        },
      },
      undo: {
        when: () => common.undo.when?.() || offer.open,
        // Nothing to undo here: then the image just sent is meant.
        run: () => {
          if (offer.open && !editor.doc.canUndo && !workspace.draw.busy)
            lastSubmission.handler.run();
          else common.undo.run();
        },
      },
      submit: { when: open, run: submission.submit },
      nothing: {
        when: () => open() && editor.doc.boxes.length === 0,
        run: submission.nothing,
      },
      skip: { when: open, run: skipMenu.ask },
      note: notes.handler,
      'last-sent': lastSubmission.handler,
      ...suggestionHandlers(editor, commands),
    }),
  ),
);
modes.start(job.one_object ? { isOpen: open, submit: submission.submit } : null);

// Answers still waiting here are done too, though the server has not counted them.
const unsent = (await outbox.all()).map((item) => item.context?.assignment);
await tabs.look();
await session.start();
position.start(unsent.filter((assignment) => assignment?.position));
position.show(session.current);
outbox.flush();
if (data.reopen) lastSubmission.open(data.reopen);
if (data.instructions_new) showFirst(workspace, api, job);
