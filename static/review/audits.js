/** Wires the audit: one auto-label at a time, judged whole or box by box. */

import { causeOf } from '../annotator/core/storage-errors.js';
import { createCard } from '../annotator/panels/card.js';
import { leaseMessage } from '../annotator/panels/lease.js';
import { notTaken } from '../annotator/panels/messages.js';
import { createNotes } from '../annotator/panels/notes.js';
import { createReasons } from '../annotator/panels/reasons.js';
import { createDelivery } from '../annotator/sync/delivery.js';
import { listenForPageExit } from '../annotator/sync/page-exit.js';
import { PAGE_ID } from '../annotator/sync/page-id.js';
import { createSession } from '../annotator/sync/session.js';
import { createImages } from '../annotator/view/images.js';
import { createStage } from '../annotator/view/stage.js';
import { createWorkspace } from '../annotator/workspace.js';
import { must } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { auditActions } from './audit-actions.js';
import { createBoxWalk } from './boxwalk.js';
import { createDecision } from './decision.js';
import { createFace } from './face.js';
import { startMarks } from './marks.js';
import { showAfter, showLabel, showProgress } from './panels.js';
import { createUndoBar } from './undo-bar.js';
import { createVerdicts } from './verdicts.js';

/** @typedef {import('../common/types.js').Audit} Audit */
/** @typedef {import('./audit-actions.js').Mode} Mode */

const STOCK = 3;
/** @param {any} data of the page */
export async function startAudits(data) {
  /** @type {import('../common/types.js').Job} */
  const job = data.job;
  /** @type {Mode} */
  let mode = 'judging';

  const workspace = createWorkspace(data.classes, () => actions.hints());
  const { editor, hints, surface } = workspace;
  const open = () => session.current !== null && stage.isOpen();
  const judging = () => open() && (mode === 'judging' || mode === 'revealing');
  const walk = createBoxWalk(editor, surface, judging);
  startMarks(surface, editor, walk, judging);

  const { status, store, api, outbox, banners, signInNow } = await createDelivery(data.user, {
    ask: () => ({ hold: session.heldIds(), page: PAGE_ID }),
    reopen: (item) => session.reopen(item.context.assignment),
    onSent: (item, reply) => {
      store.removeDraft(item.assignment);
      session.take(reply);
      showAfter(must('[data-shown]'), reply);
    },
  });
  const notes = createNotes({
    editor,
    surface,
    api,
    userId: data.user.id,
    keysOf: hints.keys,
    reviewing: true,
  });
  const images = createImages(() => refresh());
  const card = createCard(store.cause === null);
  const refresh = () => {
    status.prefetch(session.upcoming.map((assignment) => images.isReady(assignment.image)));
    stage.refresh();
  };

  const face = createFace({
    workspace,
    status,
    walk,
    mode: () => mode,
    audit: () => session.current,
  });
  /** @param {Mode} next */
  const setMode = (next) => {
    mode = next;
    showLabel(must('[data-label]'), session.current, next === 'revealing');
    if (next === 'revealing') must('[data-shown]').hidden = true;
    face.turn();
  };

  /** @type {ReturnType<typeof createSession<Audit>>} */
  const session = createSession({
    kind: 'audits',
    claimUrl: `/api/jobs/${job.slug}/audits/claim`,
    leaseMs: job.lease_seconds * 1000,
    stock: STOCK,
    api,
    outbox,
    images,
    lastAct: workspace.lastAct,
    onOpen: (audit) => {
      if (reasons.open) reasons.close();
      actions.reset();
      walk.reset();
      stage.open(audit);
      notes.open(audit?.image ?? null, true);
      setMode(audit?.blind ? 'correcting' : 'judging');
      if (!audit) return;
      surface.dataset.check = String(audit.id);
      speak(
        audit.blind
          ? 'Blind check: draw every object'
          : `Auto-label with ${audit.boxes.length} boxes`,
      );
    },
    onChange: refresh,
    onReply: (reply) => {
      if (reply.progress) showProgress(must('[data-audit]'), reply.progress);
    },
    onLease: (state) =>
      banners.set('lease', leaseMessage(state, job.lease_seconds, { stay, next: session.leave })),
    onStuck: (audit, storage, server) => {
      stage.stay(audit);
      status.keptHere(causeOf(storage));
      banners.set('storage', notTaken(storage, server));
    },
  });
  const stage = createStage({
    kind: 'audits',
    workspace,
    images,
    store,
    card,
    status,
    session: () => session,
    skip: null,
    signIn: signInNow,
    editable: false,
    boxesOf: (audit) => audit.boxes,
    onDraft: () => actions.resume(),
  });
  const verdicts = createVerdicts({
    userId: data.user.id,
    session: () => session,
    outbox,
    store,
    api,
    onUndone: (reply) => {
      must('[data-shown]').hidden = true;
      if (reply.progress) showProgress(must('[data-audit]'), reply.progress);
    },
    onRefused: (message) => {
      hints.notice(message);
      speak(message, 'assertive');
    },
  });

  const undoBar = createUndoBar(must('.stage'), () => hints.keys('back'));

  const stay = () => {
    workspace.touch();
    session.renewDue();
  };

  const decide = createDecision({
    workspace,
    stage,
    status,
    verdicts,
    undoBar,
    undo: () => undo(),
    revealing: () => (mode === 'revealing' ? walk.before : null),
    audit: () => session.current,
  });

  /** Back to the label as it was. */
  const back = () => {
    while (editor.doc.undo()) {
      // All the way: going back means the label as it came.
    }
    walk.reset();
    if (session.current) store.removeDraft(`audits:${session.current.id}`);
    setMode('judging');
  };

  const undo = async () => {
    if (walk.undo()) return speak('Box decision undone');
    undoBar.hide();
    await verdicts.undo();
    speak('Verdict undone');
  };

  const actions = auditActions({
    editor,
    hints,
    walk,
    job,
    open,
    mode: () => mode,
    audit: () => session.current,
    setMode,
    decide,
    back,
    undo,
    canUndo: () => walk.begun || verdicts.canUndo,
    reasons: () => reasons,
  });
  const reasons = createReasons({
    root: must('[data-reasons]'),
    replaces: must('[data-buttons]'),
    setMenu: (choices) => keys.setMenu(choices),
    onToggle: () => {
      surface.focus({ preventScroll: true });
      editor.changed();
    },
  });
  const keys = workspace.start('review', (common) => ({
    ...common,
    ...actions.handlers,
    // While a verdict can be seen to go, the key of undoing takes it back, too.
    undo: {
      run: () => (editor.doc.canUndo || !undoBar.shown ? common.undo.run() : undoBar.run()),
    },
    note: notes.handler,
  }));
  showProgress(must('[data-audit]'), data.progress);
  listenForPageExit({
    begun: () => editor.doc.canUndo || walk.begun,
    giveBack: session.giveBack,
  });
  await verdicts.resume();
  await session.start();
  outbox.flush();
  hints.notice('');
}
