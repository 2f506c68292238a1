/** Wires the drawing page: the only file that knows all its parts. */

import { startChrome } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { plural } from '../common/words.js';
import { suggestionDoings } from './commands/box-handlers.js';
import { createStrayGuard } from './commands/guard.js';
import { startingBoxes } from './core/initial-boxes.js';
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
import { createSkipping } from './panels/skip.js';
import { rememberConfidence, startSuggestions } from './panels/suggestions.js';
import { createApi } from './sync/api.js';
import { createSending } from './sync/delivery.js';
import { createReopening } from './sync/last-submission.js';
import { listenForLeaving } from './sync/page-exit.js';
import { PAGE_ID } from './sync/page-id.js';
import { createPreferences } from './sync/preferences.js';
import { createSession } from './sync/session.js';
import { createHandingIn } from './sync/submission.js';
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
const workspace = createWorkspace(data.classes, () => skipping.hints(), own);
const { editor, hints, commands } = workspace;
if (!own.page.method) editor.state.method = job.drawing;
startSuggestions(must('[data-suggestions]'), editor, commands);
rememberConfidence(editor, own, job.slug);
const modes = createModes(workspace);

const sending = await createSending(data.user, {
  ask: () => ({ hold: session.hold(), count: STOCK, page: PAGE_ID }),
  reopen: (item) => {
    const { seat, boxes } = { seat: item.context.seat, boxes: item.body.boxes };
    position.takenBack(seat);
    session.reopen({
      ...seat,
      boxes: boxes ?? seat.boxes,
      version: item.body.version ?? seat.version,
    });
    if (item.problem?.where) hints.notice(stage.pointOut(item.problem.where, item.problem.message));
  },
  onSent: (item, reply) => {
    sending.store.removeDraft(item.seat);
    if (reply.state === 'surplus') {
      speak('That image had been given to someone else; your boxes were kept as extra evidence.');
    }
    position.see(reply.next ?? []);
    session.take(reply);
  },
});
const { api, store, outbox, banners, status, waiting, signInNow } = sending;
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
const stray = createStrayGuard({ seen: () => editor.state.bitmap !== null, tell });
const reopening = createReopening({
  api,
  outbox,
  reopen: (seat) => {
    position.takenBack(seat);
    session.reopen(seat);
    hints.notice(
      `You sent this one already. ${hints.press('submit', 'Submit')} to send it again, as it is then.`,
    );
  },
  takeBack: (seat, kind) => {
    if (kind === 'sent') position.takenBack(seat);
    session.reopen(seat);
    hints.notice('Taken back: it was not sent.');
  },
  tell,
});
const offer = createSentOffer(
  must('[data-sent-offer]'),
  () => reopening.doing.run(),
  () => hints.keys('last-sent'),
);
const images = createImages(() => refresh());
const refresh = () => {
  status.prefetch(session.upcoming.map((seat) => images.isReady(seat.image)));
  stage.refresh();
};

/** @param {{id: number}} seat */
const nameOf = (seat) => `${KIND}:${seat.id}`;
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
  avoid: (seat) => tabs.hasElsewhere(nameOf(seat)),
  onHandIn: (seat) => tabs.answered(nameOf(seat)),
  onOpen: (seat) => {
    handing.forget();
    stray.opened();
    editor.state.tool = 'draw';
    modes.leave();
    banners.set('answered', null);
    skipping.close();
    tabs.opened(seat ? nameOf(seat) : '');
    stage.open(seat);
    notes.open(seat?.image ?? null, (seat?.notes ?? 0) > 0);
    returned.show(seat?.returned);
    const text = position.show(seat);
    if (!seat) return;
    const open = editor.doc.boxes.filter((box) => box.suggested).length;
    speak(open ? `${text}, ${open} suggestions` : text);
  },
  onChange: () => {
    refresh();
    banners.set('paused', session.current && session.queue?.reason === 'paused' ? PAUSED : null);
  },
  onLease: (state) =>
    banners.set('lease', leaseMessage(state, job.lease_seconds, { stay, next: leaveLost })),
  onStuck: (seat, storage, server) => {
    stage.stay(seat);
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
  skip: () => handing.skip(BROKEN),
  waiting,
  signIn: signInNow,
  onReady: () => modes.open(session.current?.verify ?? false),
  boxesOf: startingBoxes,
});
const handing = createHandingIn({
  workspace,
  session,
  stage,
  onSend: (activeMs, boxes) => {
    reopening.handedIn(session.current?.id ?? null, 'sent');
    offer.show(boxes ? `Sent with ${plural(boxes, 'box', 'boxes')}.` : 'Sent as empty.');
    if (session.current) position.handedIn(session.current, activeMs);
  },
  onSkip: () => {
    reopening.handedIn(session.current?.id ?? null, 'skipped');
    offer.show('Skipped.');
  },
});

const stay = () => {
  workspace.touch();
  session.renewDue();
};
/** Somebody else has the image: what was drawn still goes to the server, as extra evidence. */
const leaveLost = () =>
  editor.doc.answer().length ? handing.send(editor.doc.answer()) : session.leave();
listenForLeaving({
  begun: () => editor.doc.canUndo,
  save: stage.saveNow,
  giveBack: (begun) => {
    outbox.release();
    session.giveBack(begun);
  },
});
const open = () => session.current !== null && stage.isOpen();
const skipping = createSkipping({
  reasons: job.skip_reasons,
  setMenu: (choices) => keys.setMenu(choices),
  skip: handing.skip,
  onToggle: () => {
    workspace.surface.focus({ preventScroll: true });
    editor.changed();
  },
});

const keys = workspace.start('draw', (common) =>
  stray.wrap(
    modes.wrap({
      ...common,
      cancel: {
        run: () => {
          handing.forget();
          common.cancel.run();
        },
      },
      undo: {
        when: () => common.undo.when?.() || offer.open,
        // Nothing to undo here: then the image just sent is meant.
        run: () => {
          if (offer.open && !editor.doc.canUndo && !workspace.draw.busy) reopening.doing.run();
          else common.undo.run();
        },
      },
      submit: { when: open, run: handing.submit },
      nothing: {
        when: () => open() && editor.doc.boxes.length === 0,
        run: handing.nothing,
      },
      skip: { when: open, run: skipping.ask },
      note: notes.doing,
      'last-sent': reopening.doing,
      ...suggestionDoings(editor, commands),
    }),
  ),
);
modes.start(job.one_object ? { isOpen: open, submit: handing.submit } : null);

// Answers still waiting here are done too, though the server has not counted them.
const unsent = (await outbox.all()).map((item) => item.context?.seat);
await tabs.look();
await session.start();
position.start(unsent.filter((seat) => seat?.position));
position.show(session.current);
outbox.flush();
if (data.reopen) reopening.open(data.reopen);
if (data.instructions_new) showFirst(workspace, api, job);
