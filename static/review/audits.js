/** Wires the audit: one auto-label at a time, judged whole or box by box. */

import { createApp } from '../annotator/app.js';
import { createCard } from '../annotator/panels/card.js';
import { showConnection } from '../annotator/panels/connection.js';
import { createNotes } from '../annotator/panels/notes.js';
import { createReasons } from '../annotator/panels/reasons.js';
import { showWorkBanners } from '../annotator/panels/work-banners.js';
import { createDelivery } from '../annotator/sync/delivery.js';
import { listenForPageExit } from '../annotator/sync/page-exit.js';
import { createSession } from '../annotator/sync/session.js';
import { createImages } from '../annotator/view/images.js';
import { createStage } from '../annotator/view/stage.js';
import { createWorkspace } from '../annotator/workspace.js';
import { must } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { auditActions } from './audit-actions.js';
import { createBoxWalk } from './boxwalk.js';
import { createDecision } from './decision.js';
import { createDrawing, drawingRefused, drawingWaits } from './drawing.js';
import { createFace } from './face.js';
import { startMarks } from './marks.js';
import { createOrder, showReceipt } from './order.js';
import { showAfter, showLabel, showProgress } from './panels.js';
import { createUndoBar } from './undo-bar.js';
import { createVerdicts } from './verdicts.js';

/** @typedef {import('../common/api.js').Audit} Audit */
/** @typedef {import('./audit-actions.js').Mode} Mode */

const STOCK = 3;
/** @param {import('../common/api.js').ReviewPage} data */
export async function startAudits(data) {
  /** @type {import('../common/api.js').Job} */
  const job = data.job;
  /** @type {Mode} */
  let mode = 'judging';

  /** @type {import('../annotator/app.js').App<Audit>} */
  const app = createApp('audits');
  const workspace = createWorkspace(app, data.classes);
  const { editor, hints, surface } = workspace;
  const open = () => app.current !== null && stage.isOpen();
  const judging = () => open() && (mode === 'judging' || mode === 'revealing');
  const walk = createBoxWalk(editor, surface, judging);
  startMarks(surface, editor, walk, judging);

  const delivery = await createDelivery(app, data.user.id);
  const { store, api, outbox } = delivery;
  const { banners, status } = showConnection(app, data.user, delivery);
  const notes = createNotes(app, {
    editor,
    surface,
    api,
    userId: data.user.id,
    keysOf: hints.keys,
    reviewing: true,
  });
  const images = createImages(() => app.emit('images-changed'));

  const face = createFace({
    workspace,
    status,
    walk,
    mode: () => mode,
    audit: () => app.current,
  });
  /** @param {Mode} next */
  const setMode = (next) => {
    mode = next;
    showLabel(must('[data-label]'), app.current, next === 'revealing');
    if (next === 'revealing') must('[data-shown]').hidden = true;
    face.turn();
  };

  const session = createSession(app, {
    claimUrl: `/api/jobs/${job.slug}/audits/claim`,
    leaseMs: job.lease_seconds * 1000,
    stock: STOCK,
    api,
    outbox,
    images,
    lastAct: workspace.lastAct,
  });
  const stage = createStage(app, {
    workspace,
    images,
    store,
    card: createCard(store.cause === null),
    status,
    session,
    editable: false,
    boxesOf: (audit) => audit.drawn ?? audit.boxes,
    // Beside a stored drawing only the answers about what it revealed are still a draft.
    fits: (audit, draft) => !audit.drawn || draft.boxes.some((box) => box.suggested),
  });
  showWorkBanners(app, {
    banners,
    status,
    workspace,
    session,
    leaseSeconds: job.lease_seconds,
    leaveLost: session.leave,
    lost: 'Another reviewer checks it; “Next image” goes on.',
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

  const decide = createDecision({
    workspace,
    stage,
    status,
    verdicts,
    undoBar,
    undo: () => undo(),
    revealing: () => (mode === 'revealing' ? walk.before : null),
    audit: () => app.current,
  });

  /** Back to the label as it was. */
  const back = () => {
    while (editor.doc.undo()) {
      // All the way: going back means the label as it came.
    }
    walk.reset();
    if (app.current) store.removeDraft(app.nameOf(app.current));
    setMode('judging');
  };

  const undo = async () => {
    if (walk.undo()) return speak('Box decision undone');
    undoBar.hide();
    await verdicts.undo();
    speak('Verdict undone');
  };

  const drawing = createDrawing({
    api,
    onWaiting: (trouble) =>
      banners.set('drawing', drawingWaits(trouble, store.cause, drawing.again)),
    onStored: () => {
      banners.set('drawing', null);
      actions.goOn();
    },
    onRefused: (error) => {
      banners.set('drawing', drawingRefused(error, session.leave));
      if (error.code === 'invalid') setMode('correcting');
    },
  });
  app.on('line-changed', (trouble) => !trouble && drawing.again());
  window.addEventListener('online', drawing.again);

  const actions = auditActions({
    editor,
    hints,
    walk,
    job,
    open,
    mode: () => mode,
    audit: () => app.current,
    setMode,
    sendDrawing: drawing.send,
    decide,
    back,
    undo,
    canUndo: () => walk.begun || verdicts.canUndo,
    reasons: () => reasons,
  });
  const reasons = createReasons({
    root: must('[data-reasons]'),
    replaces: must('[data-buttons]'),
    setMenu: (choices) => app.emit('menu', choices),
    onToggle: () => {
      surface.focus({ preventScroll: true });
      editor.changed();
    },
  });
  hints.forPage(actions.hints);
  app.on('image-closed', () => {
    if (reasons.open) reasons.close();
    drawing.stop();
    banners.set('drawing', null);
    actions.reset();
    walk.reset();
  });
  app.on('image-opened', (audit) => {
    setMode(!audit?.blind ? 'judging' : audit.drawn ? 'sent' : 'correcting');
    if (!audit) return;
    surface.dataset.check = String(audit.id);
    speak(
      audit.blind
        ? audit.drawn
          ? 'Blind check: your drawing is stored'
          : 'Blind check: draw every object'
        : `Auto-label with ${audit.boxes.length} boxes`,
    );
  });
  app.on('draft-restored', actions.resume);
  app.on('boxes-ready', (audit) => audit.drawn && mode === 'sent' && actions.takeUp());
  const order = createOrder({
    url: `/api/jobs/${job.slug}/audits/nonce`,
    api,
    onDrawn: session.claim,
    onRefused: (message) => {
      hints.notice(message);
      speak(message, 'assertive');
    },
  });
  app.on('work-received', ({ progress, order: state }) => {
    if (progress) showProgress(must('[data-audit]'), progress);
    if (!state) return;
    showReceipt(must('[data-receipt]'), state);
    order.take(state);
  });
  app.on('sent', ({ reply }) => showAfter(must('[data-shown]'), reply));
  app.on('refused-reopened', ({ context }) => session.reopen(context.assignment));
  workspace.start('review', (common) => ({
    ...common,
    ...actions.handlers,
    // While a verdict can be seen to go, the key of undoing takes it back, too.
    undo: {
      run: () => {
        // A drawing that was sent stays: only answers about what it revealed are taken back.
        if (mode === 'revealing') return void (walk.begun && undo());
        const begun = mode !== 'sent' && editor.doc.canUndo;
        if (undoBar.shown && !begun) undoBar.run();
        else if (mode !== 'sent') common.undo.run();
      },
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
