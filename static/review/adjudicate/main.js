/** Adjudicates where people differ: one image, group by group, then the next image. */

import { createApp } from '../../annotator/app.js';
import { createBanners } from '../../annotator/panels/banner.js';
import { createCard } from '../../annotator/panels/card.js';
import { ApiError, createApi } from '../../annotator/sync/api.js';
import { createImages } from '../../annotator/view/images.js';
import { createWorkspace } from '../../annotator/workspace.js';
import { startChrome } from '../../common/chrome.js';
import { must, pageData } from '../../common/dom.js';
import { createSignIn } from '../../common/sign-in.js';
import { speak } from '../../common/speak.js';
import { forget, recallList, remember } from '../../common/storage.js';
import { plural } from '../../common/words.js';
import { createSuggested } from '../suggested.js';
import { createUndoBar } from '../undo-bar.js';
import { adjudicationHandlers, adjudicationHints } from './actions.js';
import { createByHand, zoomToGroup } from './by-hand.js';
import { createDecisions } from './decisions.js';
import { startPeople } from './people.js';
import { createQueue } from './queue.js';
import { showSide } from './side.js';

/** @typedef {import('../../common/api.js').Picture} Picture */
/** @typedef {import('../../common/api.js').LabelClass} LabelClass */

/** @type {import('../../common/api.js').AdjudicatePage} */
const data = pageData();
const job = data.job;
startChrome();
for (const part of ['[data-kept]', '[data-sent]', '[data-prefetch]']) must(part).hidden = true;

const api = createApi({
  userId: data.user.id,
  signIn: createSignIn(data.user).ask,
});
const banners = createBanners(must('[data-banners]'));
// The digits choose a person here, and a class only while something is drawn.
const workspace = createWorkspace(
  createApp(),
  data.classes.map((/** @type {LabelClass} */ entry) => ({ ...entry, hotkey: '' })),
);
const { editor, commands, hints, surface } = workspace;
const card = createCard();
const images = createImages(() => showPixels());

/** The open image; null until it has come, when nothing can be done with it yet.
 * @type {import('../../common/api.js').ImageDisagreements} */
let shown = /** @type {any} */ (null);
/** @type {import('./decisions.js').Decisions|null} */
let decisions = null;
/** @type {number|null} the one person whose box is shown alone */
let solo = null;
let sending = false;
/** What was sent last: the label that it became, and how it was decided.
 * @type {{label: number, image: Picture, decisions: string}|null} */
let sent = null;
const undoBar = createUndoBar(must('.stage'), () => hints.keys('back'));
const suggested = createSuggested([], {
  api,
  classes: data.classes,
  keysOf: hints.keys,
  undoBar,
  tell: (text) => banners.set('send', { text, tone: 'warn' }),
  onChange: () => shown && openImage(shown.image),
});
const queue = createQueue(data.list, () => api.get(`/api/jobs/${job.slug}/disagreements`));

startPeople(surface, editor, () => ({
  decisions,
  letters: shown?.people.map(({ letter }) => letter) ?? [],
  solo,
  drawing: byHand.on,
}));
// Tab goes from group to group instead of from box to box.
commands.cycle = (/** @type {1|-1} */ way) => {
  if (byHand.on || !decisions) return;
  decisions.cycle(way);
  zoom();
  changed();
};

/** @param {number} index */
const className = (index) => editor.classOf(index)?.name ?? 'unknown class';
/** @param {number} [image] @param {number} [label] */
const keptName = (image = shown.image.id, label = shown.label) =>
  `boxwise-adjudicate-${data.user.id}-${image}-${label}`;

const zoom = () => zoomToGroup(editor.viewport, decisions?.group);
const byHand = createByHand(workspace, () => decisions?.group);
hints.forPage(() => adjudicationHints(byHand.on, decisions, hints.keys));
/** @param {boolean} keep */
function endDrawing(keep) {
  const boxes = byHand.end();
  if (keep) {
    decisions?.drawn(boxes);
    zoom();
  }
  changed();
}

function changed() {
  if (!decisions) return;
  remember(keptName(), JSON.stringify(decisions.entries()));
  showSide({
    decisions,
    people: shown.people,
    drawing: byHand.on,
    className,
    keysOf: hints.keys,
    take: (person) => act(() => decisions?.person(person)),
    solo: (person) => {
      solo = person;
      editor.paint();
    },
    moveTo: (place) => {
      decisions?.moveTo(place);
      zoom();
      changed();
    },
  });
  editor.changed();
}

/** A decision, then the next group. @param {() => unknown} decide */
function act(decide) {
  solo = null;
  if (!decide()) return;
  zoom();
  changed();
  if (decisions?.done)
    speak(`Every group is resolved. Anything missing? ${hints.words('submit')} sends.`);
}

function submit() {
  if (byHand.on) return endDrawing(true);
  if (!decisions) return;
  if (!decisions.done) {
    const left = decisions.open.filter((place) => !decisions?.of(place)).length;
    hints.notice(`${plural(left, 'group is', 'groups are')} not resolved yet.`);
    return;
  }
  send();
}

async function send() {
  if (!decisions || sending) return;
  sending = true;
  const { image, label } = shown;
  const body = { label, boxes: decisions.boxes(), decisions: decisions.counts() };
  try {
    const reply = await api.request('PUT', `/api/images/${image.id}/disagreements`, body);
    sent = { label: reply.label, image, decisions: JSON.stringify(decisions.entries()) };
    forget(keptName());
    await queue.adjudicated(image);
    speak('Resolved');
    await openNext();
    undoBar.show(`${image.name} is resolved.`, undoSent);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    banners.set('send', {
      text: `Not sent: ${error.message} Your decisions are kept here.`,
      tone: 'bad',
      actions: [{ label: 'Reopen', run: () => openImage(image) }],
    });
  } finally {
    sending = false;
  }
}

function takeBack() {
  if (byHand.on) return endDrawing(false);
  if (undoBar.shown && !decisions?.canUndo) return undoBar.run();
  if (!decisions?.undo()) return undoSent();
  zoom();
  changed();
}

/** The image sent last comes back as it was decided, where nobody has built on its label. */
async function undoSent() {
  if (!sent) return;
  const { label, image, decisions: before } = sent;
  undoBar.hide();
  sent = null;
  try {
    const reply = await api.request('DELETE', `/api/labels/${label}`);
    remember(keptName(image.id, reply.label), before);
    queue.back();
    speak('Not saved');
    await openImage(image);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    banners.set('send', { text: error.message, tone: 'warn' });
  }
}

async function openNext() {
  const { next } = queue;
  if (next) return openImage(next);
  decisions = null;
  editor.close();
  must('[data-position]').textContent = '';
  card.empty({ reason: 'none', message: 'There is no open disagreement any more.' });
}

/** @param {Picture} image */
async function openImage(image) {
  banners.set('send', null);
  let reply;
  try {
    reply = await api.get(`/api/images/${image.id}/disagreements`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    banners.set('send', { text: error.message, tone: 'bad' });
    return;
  }
  shown = reply;
  suggested.set(reply.suggestions);
  const kept = recallList(keptName());
  decisions = createDecisions(reply.groups, reply.sure, kept);
  history.replaceState(null, '', `/jobs/${job.slug}/images/${image.id}/adjudicate`);
  editor.open(image, [], false);
  editor.set('drawing', { tool: 'select' });
  showPixels();
  must('[data-position]').textContent = reply.adjudicated ? 'Resolved already' : queue.place;
  zoom();
  changed();
  const ahead = queue.ahead(shown.image);
  images.keepOnly([image], ahead);
  for (const picture of ahead) images.want(picture);
}

function showPixels() {
  if (!shown || editor.state.view.picture?.id !== shown.image.id) return;
  const entry = images.want(shown.image);
  if (entry.ready) {
    card.hide();
    if (editor.state.view.bitmap !== entry.ready) editor.show(entry.ready);
  } else if (entry.failed) card.broken(() => images.retry(shown.image), null);
}

workspace.start('adjudicate', (common) => ({
  ...common,
  ...suggested.handlers,
  ...adjudicationHandlers({
    decisions: () => decisions,
    isDrawing: () => byHand.on,
    act,
    drawIt() {
      byHand.begin();
      changed();
    },
    submit,
    takeBack,
    chooseClass: (digit) => {
      const entry = data.classes.find((/** @type {LabelClass} */ { hotkey }) => hotkey === digit);
      if (entry) commands.setClass(entry.index);
    },
    toList: () => location.assign(data.list_url),
    canUndoSent: () => sent !== null || undoBar.shown,
    correct: () => {
      const back = `/jobs/${job.slug}/images/${shown.image.id}/adjudicate`;
      location.assign(
        `/jobs/${job.slug}/images/${shown.image.id}/correct?back=${encodeURIComponent(back)}`,
      );
    },
  }),
}));
await openImage(data.image);
