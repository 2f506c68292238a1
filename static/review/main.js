/** Wires the review page: one auto-label at a time, or one label a manager corrects. */

import { createImages } from '../annotator/images.js';
import { createCard } from '../annotator/panels/card.js';
import { leaseMessage } from '../annotator/panels/lease.js';
import { createReasons } from '../annotator/panels/reasons.js';
import { roundWords } from '../annotator/panels/status.js';
import { createSending } from '../annotator/sending.js';
import { createSession } from '../annotator/session.js';
import { createStage } from '../annotator/stage.js';
import { createWorkspace } from '../annotator/workspace.js';
import { startChrome } from '../common/chrome.js';
import { must, pageData } from '../common/dom.js';
import { speak } from '../common/speak.js';
import { startCorrection } from './correct.js';
import { showAfter, showLabel, showProgress } from './panels.js';

/** @typedef {import('../common/types.js').Audit} Audit */
/** @typedef {import('../common/types.js').Action} Action */
/** @typedef {'approved'|'corrected'|'rejected'|'unjudgeable'} Verdict */

const data = pageData();
startChrome();
if (data.mode === 'correct') await startCorrection(data);
else await startAudits();

async function startAudits() {
  /** @type {import('../common/types.js').Job} */
  const job = data.job;
  let correcting = false;

  const workspace = createWorkspace(data.classes, () => {
    if (reasons.open)
      return [
        [['1', '6'], 'reason'],
        [['Esc'], 'back'],
      ];
    if (!session.current || correcting) return null;
    const certificate = session.current.kind === 'certificate';
    return [
      [['Y'], 'approve'],
      [['E'], 'correct'],
      [['X'], certificate ? 'cannot judge' : 'reject'],
    ];
  });
  const { editor, hints, surface } = workspace;
  const { status, store, api, outbox, banners } = await createSending(data.user, data.csrf_header, {
    ask: () => ({ hold: session.hold() }),
    reopen: (item) => session.reopen(item.context.seat),
    onSent: (item, reply) => {
      store.removeDraft(item.seat);
      session.take(reply);
      showAfter(must('[data-shown]'), reply);
    },
  });
  const images = createImages(() => refresh());
  const card = createCard();
  const refresh = () => {
    status.prefetch(session.upcoming.map((seat) => images.isReady(seat.image)));
    stage.refresh();
  };

  /** @param {boolean} on */
  const setCorrecting = (on) => {
    correcting = on;
    const audit = session.current;
    must('[data-verdicts]').hidden = on;
    must('[data-correcting]').hidden = !on;
    must('[data-classes]').hidden = !on;
    must('.panel').classList.toggle('is-correcting', on);
    must('[data-blind-third]').hidden = audit?.kind !== 'certificate';
    must('button[data-action="back"]').hidden = audit?.blind ?? false;
    must('[data-back]').hidden = Boolean(audit?.blind && audit.kind !== 'certificate');
    workspace.cancelTool();
    editor.set({ editable: on, tool: on ? 'draw' : 'select' });
  };

  /** @type {ReturnType<typeof createSession<Audit>>} */
  const session = createSession({
    kind: 'audits',
    claimUrl: `/api/jobs/${job.slug}/audits/claim`,
    leaseMs: job.lease_seconds * 1000,
    api,
    outbox,
    images,
    lastAct: workspace.lastAct,
    onOpen: (audit) => {
      sureOfNone = false;
      if (reasons.open) reasons.close();
      showLabel(must('[data-label]'), audit);
      stage.open(audit);
      setCorrecting(audit?.blind ?? false);
      if (!audit) return status.place('', '');
      must('[data-third]').textContent = audit.kind === 'certificate' ? 'Cannot judge' : 'Reject…';
      status.place(roundWords(audit.round, 'audit of auto-labels'), '');
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
    onStuck: (audit) => {
      stage.stay(audit);
      status.keptHere(false);
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
    editable: false,
    boxesOf: (audit) => audit.boxes,
    onDraft: () => setCorrecting(true),
  });

  const stay = () => {
    workspace.touch();
    session.renewDue();
  };

  /** @param {Verdict} verdict @param {string} [reason] */
  const decide = async (verdict, reason = '') => {
    const audit = /** @type {Audit} */ (session.current);
    workspace.cancelTool();
    workspace.touch();
    const activeMs = workspace.activeMs();
    const boxes = verdict === 'approved' || verdict === 'corrected' ? editor.doc.answer() : null;
    status.finished(activeMs);
    stage.leave();
    await session.handIn({
      method: 'PUT',
      url: `/api/audits/${audit.id}/verdict`,
      body: { verdict, boxes, reason, active_ms: activeMs },
    });
    speak(
      {
        approved: 'Approved',
        corrected: 'Corrected',
        rejected: `Rejected: ${reason}`,
        unjudgeable: 'Not judged',
      }[verdict],
    );
  };

  let sureOfNone = false;
  const sendCorrected = () => {
    const question = 'No boxes on this image. Enter again if nothing is here.';
    if (!editor.doc.answer().length && !sureOfNone) {
      sureOfNone = true;
      hints.notice(question);
      speak(question);
      return;
    }
    decide('corrected');
  };

  const third = () => {
    if (session.current?.kind === 'certificate') return decide('unjudgeable');
    reasons.show({
      title: 'Reject. What is wrong?',
      reasons: job.reject_reasons,
      tone: 'bad',
      onChoose: (reason) => decide('rejected', reason),
    });
  };
  const back = () => {
    while (editor.doc.undo()) {
      // All the way: going back means the label as it was.
    }
    if (session.current) store.removeDraft(`audits:${session.current.id}`);
    setCorrecting(false);
  };

  const open = () => session.current !== null && stage.isOpen();
  const judging = () => open() && !correcting;
  const group = 'Verdict';
  /** @type {Action[]} */
  const actions = [
    {
      id: 'approve',
      group,
      label: 'Approve',
      keys: ['y'],
      when: judging,
      run: () => decide('approved'),
    },
    {
      id: 'correct',
      group,
      label: 'Correct',
      keys: ['e'],
      when: judging,
      run: () => setCorrecting(true),
    },
    {
      id: 'reject',
      group,
      label: 'Reject, then a reason; or cannot judge',
      keys: ['x'],
      when: () => open() && (!correcting || session.current?.kind === 'certificate'),
      run: third,
    },
    {
      id: 'submit',
      group,
      label: 'Send the corrected boxes',
      keys: ['Enter'],
      when: () => open() && correcting,
      run: sendCorrected,
    },
    {
      id: 'back',
      group,
      label: 'Back without correcting',
      keys: ['u'],
      when: () => open() && correcting && !session.current?.blind,
      run: back,
    },
  ];
  const reasons = createReasons({
    root: must('[data-reasons]'),
    beside: must('[data-buttons]'),
    setMenu: (choices) => keys.setMenu(choices),
    onToggle: () => {
      surface.focus({ preventScroll: true });
      editor.changed();
    },
  });
  const keys = workspace.start(actions);
  showProgress(must('[data-audit]'), data.progress);
  await session.start(data.audits, data.queue);
  outbox.flush();
  hints.notice('');
}
