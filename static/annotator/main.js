/** Wires the drawing page: the only file that knows all its parts. */

import { startChrome } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { suggestionDoings } from './actions/boxes.js';
import { createApi } from './api.js';
import { outcomes } from './core/outcomes.js';
import { createImages } from './images.js';
import { createCard } from './panels/card.js';
import { leaseMessage } from './panels/lease.js';
import { createReasons } from './panels/reasons.js';
import { roundWords } from './panels/status.js';
import { rememberConfidence, startSuggestions } from './panels/suggestions.js';
import { createPreferences } from './preferences.js';
import { createSending } from './sending.js';
import { createSession } from './session.js';
import { createStage } from './stage.js';
import { createWorkspace } from './workspace.js';

/** @typedef {import('../common/types.js').Assignment} Assignment */

/** Images kept here, so that work goes on while the network is away. */
const STOCK = 12;

const data = pageData();
/** @type {import('../common/types.js').Job} */
const job = data.job;

startChrome();
const own = createPreferences(
  data.user.id,
  data.preferences,
  createApi({ userId: data.user.id, header: data.csrf_header }),
);
const workspace = createWorkspace(
  data.classes,
  () =>
    reasons.open
      ? [
          [['1', '…'], 'reason'],
          [['Esc'], 'back'],
        ]
      : null,
  own,
);
const { editor, hints, commands } = workspace;
if (!own.page.method) editor.state.method = job.drawing;
startSuggestions(must('[data-suggestions]'), editor, commands);
rememberConfidence(editor, own, job.slug);

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
  skip: () => openSkip(),
  boxesOf: (seat) => {
    if (seat.boxes) return seat.boxes;
    const suggested = seat.suggested ?? [];
    if (!seat.prelabelled)
      return suggested.map((box, source) => ({ ...box, suggested: true, source }));
    return suggested.map(({ score: _, ...box }, source) => ({ ...box, source }));
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
  workspace.markTime('submit');
  const activeMs = workspace.activeMs();
  const suggested = seat.suggested ?? [];
  const body = {
    version: seat.version + 1,
    boxes,
    active_ms: activeMs,
    action_ms: workspace.actionMs(),
    outcomes: suggested.length
      ? outcomes(suggested, editor.doc.boxes, editor.state.looks.lowest)
      : null,
  };
  commands.remember(boxes);
  done += 1;
  status.finished(activeMs);
  stage.leave();
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
/** @type {import('./actions/bind.js').Doings} */
const doings = {
  submit: { when: open, run: submit },
  nothing: { when: () => open() && editor.doc.boxes.length === 0, run: () => send([]) },
  skip: { when: open, run: openSkip },
  ...suggestionDoings(editor, commands),
};
const reasons = createReasons({
  root: must('[data-reasons]'),
  beside: must('[data-buttons]'),
  setMenu: (choices) => keys.setMenu(choices),
  onToggle: () => {
    workspace.surface.focus({ preventScroll: true });
    editor.changed();
  },
});
const keys = workspace.start([], doings);
editor.onGesture(() => {
  confirmed = '';
});

// Answers still waiting here are done too, though the server has not counted them.
done = (data.assignments[0]?.position.done ?? 0) + (await outbox.all()).length;
await session.start(data.assignments, data.queue);
outbox.flush();
const seen = `boxwise-instructions-${data.user.id}-${job.slug}`;
if (job.instructions_html && !localStorage.getItem(seen)) {
  localStorage.setItem(seen, 'yes');
  workspace.showInstructions();
}
