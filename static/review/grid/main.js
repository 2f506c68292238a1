/** The grid: a page of labels at once, one key a picture, Enter sends what is marked. */

import { createReasons } from '../../annotator/panels/reasons.js';
import { ApiError, createApi } from '../../annotator/sync/api.js';
import { startChrome } from '../../common/chrome.js';
import { must, pageData } from '../../common/dom.js';
import { createSignIn } from '../../common/sign-in.js';
import { speak } from '../../common/speak.js';
import { plural } from '../../common/words.js';
import { createPlainPage } from '../plain-page.js';
import { createUndoBar } from '../undo-bar.js';
import { gridHandlers } from './actions.js';
import { createCloseup } from './closeup.js';
import { createFilters } from './filters.js';
import { createKept } from './kept.js';
import { createMarks } from './marks.js';
import { createPages } from './pages.js';
import { addressOf, placeIn } from './place.js';
import { showEmpty, showProgress, showTally } from './side.js';
import { createSize } from './size.js';
import { createTiles, STAYS } from './tiles.js';

/** @typedef {import('./tiles.js').GridLabel} GridLabel */

/** @type {import('../hint-line.js').Hint[]} */
const HINTS = [
  ['left up down right', 'move'],
  ['fine', 'looks right'],
  ['wrong', 'reject'],
  ['reject-now', 'reject at once'],
  ['correct', 'correct'],
  ['large', 'large'],
  ['rest', 'all the rest'],
  ['back', 'undo'],
  ['help', 'all keys'],
];

/** @type {import('../../common/api.js').GridPage} */
const data = pageData();
/** @type {import('../../common/api.js').Job} */
const job = data.job;
const kept = createKept(`boxwise-grid-${data.user.id}-${job.slug}`);
const api = createApi({
  userId: data.user.id,
  signIn: createSignIn(data.user).ask,
});
const root = must('[data-grid]');
const page = createPlainPage('grid', root, HINTS);
const { hints } = page;
/** @typedef {import('../../common/api.js').RejectChoice} RejectChoice */
/** @type {Map<string, RejectChoice>} */
const reasonOf = new Map(job.reject_reasons.map((reason) => [reason.code, reason]));

const asked = new URLSearchParams(location.search);
const start = placeIn(asked);
const undoBar = createUndoBar(must('.stage'), () => page.keysOf('back'));

startChrome();
/** @type {GridLabel[]} */
let labels = [];
let marks = createMarks([]);
/** Another page is on its way: a mark set now would be meant for the one that goes. */
let busy = false;

const tiles = createTiles(root, data.classes, reasonOf, (place, twice) => {
  marks.moveTo(place);
  if (twice) openLarge();
  changed();
});
const size = createSize(root, Number(asked.get('count')), () => pages.again());
const filters = createFilters(
  /** @type {HTMLFormElement} */ (must('[data-filters]')),
  data.choices,
  data.classes,
  data.source,
  asked,
  () => pages.first(),
);
const pages = createPages({
  api,
  slug: job.slug,
  kept,
  query() {
    if (filters.valid('low') && filters.valid('high')) return queryNow();
    tell('Confidence lies between 0 and 1.');
    return null;
  },
  onPage: show,
  tell,
  start,
  onStored(text, run) {
    undoBar.show(text, run);
    speak(text);
  },
  onBusy(now) {
    busy = now;
    root.setAttribute('aria-busy', String(now));
  },
});
const closeup = createCloseup(
  /** @type {HTMLDialogElement} */ (must('[data-closeup]')),
  data.classes,
  page,
  () => openLarge(),
);

function queryNow() {
  const query = filters.query();
  query.set('count', String(size.now));
  return query;
}

function changed() {
  kept.keep(marks);
  tiles.paint(marks, labels);
  tiles.reveal(marks.cursor);
  const rest = marks.untouched().length;
  showTally(marks, rest);
  keys.refresh();
}

/** @param {import('../../common/api.js').GridLabels} page */
function show(page) {
  labels = page.labels;
  history.replaceState(null, '', addressOf(queryNow(), pages.place));
  const checked = labels.filter((label) => label.check).map((label) => [label.id, label.check]);
  /** A rejection that the server would refuse is no mark. */
  const staying = new Set(labels.filter((label) => label.stays).map(({ id }) => id));
  const mine = kept
    .marks()
    .filter(([id, { verdict }]) => verdict !== 'rejected' || !staying.has(id));
  marks = createMarks(
    labels.map(({ id }) => id),
    /** @type {any} */ ([...checked, ...mine]),
  );
  const rest = marks.untouched();
  if (start.cursor) marks.moveTo(start.cursor);
  else if (rest.length) marks.moveTo(marks.ids.indexOf(rest[0]));
  start.cursor = 0;
  tiles.show(labels);
  showEmpty(labels.length === 0, page.counts);
  showProgress(page.counts);
  changed();
}

/** @param {string} text */
function tell(text) {
  hints.notice(text);
  speak(text);
}

function send() {
  const checks = marks.entries();
  if (!checks.length)
    return tell(
      `Nothing is marked yet. ${page.words('rest')}: ${plural(marks.untouched().length, 'picture looks', 'pictures look')} right.`,
    );
  pages.send(checks.map(([label, mark]) => ({ label, ...mark })));
}

/** The label sent back last on this page. @type {number|null} */
let sentBack = null;

function undo() {
  undoBar.hide();
  if (sentBack !== null && marks.isStored(sentBack)) takeBackOne(sentBack);
  else if (corrected) takeBackCorrection();
  else if (marks.undo()) changed();
  else pages.undo();
}

/** @param {number} id */
async function takeBackOne(id) {
  if (!(await pages.takeBackOne(id))) return;
  sentBack = null;
  marks.takeBack(id);
  speak('Not sent back');
  changed();
}

/** The correction that the person has just come back from: label and image. */
let corrected = asked.get('corrected');

async function takeBackCorrection() {
  const label = corrected;
  corrected = null;
  try {
    await api.request('DELETE', `/api/labels/${label}`);
    await pages.again();
    tell('Correction undone.');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message);
  }
}

/** @param {'right'|'rejected'} verdict @param {RejectChoice|null} [reason] */
function mark(verdict, reason = null) {
  sentBack = null;
  marks.mark({ verdict, reason: reason?.code ?? '' });
  speak(reason ? `Rejected: ${reason.label}` : 'Looks right');
  changed();
}

const label = () => labels[marks.cursor];

/** @param {string} title @param {(reason: RejectChoice) => void} onChoose */
function ask(title, onChoose) {
  if (marks.isStored(label().id)) return tell('This one is sent back already.');
  if (label().stays) return tell(`${STAYS} ${page.words('correct')} corrects it here.`);
  reasons.show({ title, reasons: job.reject_reasons, tone: 'bad', onChoose });
}

const reject = () => ask('Reject. What is wrong?', (reason) => mark('rejected', reason));

/** This one alone goes back to people now; the others of the page stay undecided. */
const rejectNow = () =>
  ask('Reject at once. What is wrong?', async (reason) => {
    const { id, image } = label();
    const given = /** @type {const} */ ({ verdict: 'rejected', reason: reason.code });
    if (!(await pages.sendOne({ label: id, ...given }))) return;
    sentBack = id;
    marks.store(id, given);
    kept.drop([id]);
    changed();
    undoBar.show(`${image.name} goes back to people: ${reason.label}`, undo);
    speak(`Sent back: ${reason.label}`);
  });

function openLarge() {
  const verdict = marks.of(label().id);
  closeup.show(label(), verdict ? (reasonOf.get(verdict.reason)?.label ?? 'looks right') : '');
}

/** @param {string} part */
const away = (part) => () => {
  const back = encodeURIComponent(addressOf(queryNow(), pages.place, marks.cursor));
  location.assign(`/jobs/${job.slug}/images/${label().image.id}/${part}?back=${back}`);
};
const any = () => labels.length > 0 && !busy;
const handlers = gridHandlers({
  any,
  mark,
  reject,
  rejectNow,
  rest: () => {
    marks.markRest();
    changed();
  },
  away,
  undo,
  canUndo: () => marks.canUndo || pages.canUndo || sentBack !== null || corrected !== null,
  send,
  openLarge,
  move: (steps) => {
    marks.moveTo(marks.cursor + steps);
    changed();
  },
  columns: tiles.columns,
  resize: size.change,
  onwards: () => pages.onwards,
  backwards: () => pages.backwards,
  audit: () => location.assign(job.review_url ?? '/'),
});
const reasons = createReasons({
  root: must('[data-reasons]'),
  replaces: must('[data-buttons]'),
  setMenu: (choices) => keys.setMenu(choices),
  onToggle: () => root.focus({ preventScroll: true }),
});
const keys = page.start(handlers);
pages.take(data.first);
if (corrected) undoBar.show('Corrected.', undo);
root.focus({ preventScroll: true });
