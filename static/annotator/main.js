/** Wires the drawing page: the only file that knows all its parts. */

import { startChrome } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { suggestionActions } from './box-actions.js';
import { createImages } from './images.js';
import { createNotes } from './notes.js';
import { createCard } from './panels/card.js';
import { leaseMessage } from './panels/lease.js';
import { createReasons } from './panels/reasons.js';
import { roundWords } from './panels/status.js';
import { startSuggestions } from './panels/suggestions.js';
import { createReopening } from './reopening.js';
import { createReturned } from './returned.js';
import { createSending } from './sending.js';
import { createSession } from './session.js';
import { createStage } from './stage.js';
import { createWorkspace } from './workspace.js';

/** @typedef {import('../common/types.js').Assignment} Assignment */
/** @typedef {import('../common/types.js').Action} Action */

/** The skip that tells managers; the server says the same word. */
const BROKEN = 'Image is broken';
/** Images kept here, so that work goes on while the network is away. */
const STOCK = 12;

const data = pageData();
/** @type {import('../common/types.js').Job} */
const job = data.job;

startChrome();
const workspace = createWorkspace(data.classes, () =>
  reasons.open
    ? [
        [['1', '…'], 'reason'],
        [['Esc'], 'back'],
      ]
    : null,
);
const { editor, hints } = workspace;
startSuggestions(must('[data-suggestions]'), editor, workspace.commands);

const sending = await createSending(data.user, data.csrf_header, {
  ask: () => ({ hold: session.hold(), count: STOCK }),
  reopen: (item) => {
    const { seat, boxes } = { seat: item.context.seat, boxes: item.body.boxes };
    done -= 1;
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
    done = Math.max(
      done,
      ...(reply.next ?? []).map((/** @type {Assignment} */ seat) => seat.position.done),
    );
    session.take(reply);
  },
});
const { api, store, outbox, banners, status } = sending;
const notes = createNotes({
  editor,
  surface: workspace.surface,
  api,
  userId: data.user.id,
  reviewing: false,
});
const returned = createReturned();
const reopening = createReopening({
  api,
  outbox,
  reopen: (seat) => {
    done -= 1;
    session.reopen(seat);
    hints.notice('You sent this one already. Enter sends it again, as it is then.');
  },
  tell: (text) => {
    hints.notice(text);
    speak(text);
  },
});
const images = createImages(() => refresh());
const refresh = () => {
  status.prefetch(session.upcoming.map((seat) => images.isReady(seat.image)));
  stage.refresh();
};
const card = createCard();
let done = 0;
/** What Enter asked to confirm, so that the second Enter means it. */
let confirmed = '';

/** @type {ReturnType<typeof createSession<Assignment>>} */
const session = createSession({
  kind: 'assignments',
  claimUrl: `/api/jobs/${job.slug}/assignments/claim`,
  leaseMs: job.lease_seconds * 1000,
  stock: STOCK,
  api,
  outbox,
  images,
  lastAct: workspace.lastAct,
  onOpen: (seat) => {
    confirmed = '';
    if (reasons.open) reasons.close();
    stage.open(seat);
    notes.open(seat?.image ?? null, (seat?.notes ?? 0) > 0);
    returned.show(seat?.returned);
    if (!seat) return status.place('', '');
    done = Math.max(done, seat.position.done);
    const text = `Image ${Math.min(done + 1, seat.position.total)} of ${seat.position.total}`;
    status.place(roundWords(seat.round), text);
    const open = editor.doc.boxes.filter((box) => box.suggested).length;
    speak(open ? `${text}, ${open} suggestions` : text);
  },
  onChange: refresh,
  onLease: (state) =>
    banners.set('lease', leaseMessage(state, job.lease_seconds, { stay, next: session.leave })),
  onStuck: (seat) => {
    stage.stay(seat);
    status.keptHere(false);
    banners.set('storage', {
      text: 'This browser cannot keep more answers and the server cannot be reached. Your boxes stay on screen; press Enter again when you are online.',
      tone: 'bad',
    });
  },
});
const stage = createStage({
  kind: 'assignments',
  workspace,
  images,
  store,
  card,
  status,
  session: () => session,
  skip: () => skip(BROKEN),
  boxesOf: (seat) => {
    if (seat.boxes) return seat.boxes;
    const suggested = seat.suggested ?? [];
    if (!seat.prelabelled) return suggested.map((box) => ({ ...box, suggested: true }));
    return suggested.map(({ score: _, ...box }) => box);
  },
});

const stay = () => {
  workspace.touch();
  session.renewDue();
};

/** Asks once, in the hint line, and never with a dialog. @param {string} question */
const sure = (question) => {
  if (confirmed === question) return true;
  confirmed = question;
  hints.notice(question);
  speak(question);
  return false;
};

/** @param {import('../common/types.js').Box[]} boxes */
function send(boxes) {
  const seat = /** @type {Assignment} */ (session.current);
  workspace.touch();
  const activeMs = workspace.activeMs();
  const body = { version: seat.version + 1, boxes, active_ms: activeMs };
  done += 1;
  status.finished(activeMs);
  stage.leave();
  reopening.handedIn(seat.id);
  session.handIn({ method: 'PUT', url: `/api/assignments/${seat.id}/answer`, body });
}

function submit() {
  workspace.cancelTool();
  const left = editor.doc.boxes.filter((box) => box.suggested).length;
  const boxes = editor.doc.answer();
  if (
    left &&
    !sure(
      `${left} ${left === 1 ? 'suggestion' : 'suggestions'} not looked at. Enter again to leave ${left === 1 ? 'it' : 'them'} out.`,
    )
  )
    return;
  if (!boxes.length && !left && !sure('No boxes drawn. Enter again if nothing is here.')) return;
  send(boxes);
}

/** @param {string} reason */
function skip(reason) {
  const seat = session.current;
  if (!seat) return;
  stage.leave();
  session.handIn({ method: 'POST', url: `/api/assignments/${seat.id}/skip`, body: { reason } });
  speak('Image skipped');
}

const openSkip = () =>
  reasons.show({ title: 'Skip. Why?', reasons: job.skip_reasons, onChoose: skip });

const open = () => session.current !== null && stage.isOpen();
/** @type {Action[]} */
const pageActions = [
  {
    id: 'submit',
    group: 'Image',
    label: 'Submit, next image',
    keys: ['Enter'],
    when: open,
    run: submit,
  },
  {
    id: 'nothing',
    group: 'Image',
    label: 'Nothing here',
    keys: ['n'],
    when: () => open() && editor.doc.boxes.length === 0,
    run: () => send([]),
  },
  {
    id: 'skip',
    group: 'Image',
    label: 'Skip with a reason',
    keys: ['k'],
    when: open,
    run: openSkip,
  },
  notes.action,
  reopening.action,
  ...suggestionActions(editor, workspace.commands),
];
const reasons = createReasons({
  root: must('[data-reasons]'),
  beside: must('[data-buttons]'),
  setMenu: (choices) => keys.setMenu(choices),
  onToggle: () => {
    workspace.surface.focus({ preventScroll: true });
    editor.changed();
  },
});
const keys = workspace.start(pageActions);
editor.onGesture(() => {
  confirmed = '';
});

// Answers still waiting here are done too, though the server has not counted them.
done = (data.assignments[0]?.position.done ?? 0) + (await outbox.all()).length;
await session.start(data.assignments, data.queue);
outbox.flush();
if (data.reopen) reopening.open(data.reopen);
if (data.instructions_new) {
  workspace.showInstructions();
  const read = { digest: job.instructions_digest };
  // Unread is what it stays where this fails: then it is shown once more.
  api.request('PUT', `/api/jobs/${job.slug}/instructions/read`, read).catch(() => {});
}
