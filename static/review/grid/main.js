/** The grid: a page of labels at once, one key a picture, Enter sends the page. */

import { createApi } from '../../annotator/api.js';
import { createReasons } from '../../annotator/panels/reasons.js';
import { startChrome } from '../../common/chrome.js';
import { must, pageData } from '../../common/dom.js';
import { createSignIn } from '../../common/sign-in.js';
import { speak } from '../../common/speak.js';
import { plural } from '../../common/words.js';
import { createPlainPage } from '../plain-page.js';
import { gridDoings } from './actions.js';
import { createCloseup } from './closeup.js';
import { createFilters } from './filters.js';
import { createKept } from './kept.js';
import { createMarks } from './marks.js';
import { createPages } from './pages.js';
import { showEmpty, showProgress, showTally } from './side.js';
import { createSize } from './size.js';
import { createTiles } from './tiles.js';

/** @typedef {import('./tiles.js').GridLabel} GridLabel */

/** @type {import('../hint-line.js').Hint[]} */
const HINTS = [
  ['left up down right', 'move'],
  ['fine', 'looks right'],
  ['wrong', 'reject'],
  ['large', 'large'],
  ['rest', 'all the rest'],
  ['back', 'undo'],
  ['help', 'all keys'],
];

const data = pageData();
/** @type {import('../../common/types.js').Job} */
const job = data.job;
const kept = createKept(`boxwise-grid-${data.user.id}-${job.slug}`);
const api = createApi({
  userId: data.user.id,
  signIn: createSignIn(data.user).ask,
});
const root = must('[data-grid]');
const page = createPlainPage('grid', root, HINTS);
const { hints } = page;
const short = new Map(
  data.choices.reasons.map((/** @type {any} */ entry) => [entry.text, entry.short]),
);

startChrome();
/** @type {GridLabel[]} */
let labels = [];
let marks = createMarks([]);
/** Another page is on its way: a mark set now would be meant for the one that goes. */
let busy = false;

const tiles = createTiles(root, data.classes, short, (place, twice) => {
  marks.moveTo(place);
  if (twice) openLarge();
  changed();
});
const size = createSize(root, () => pages.again());
const filters = createFilters(
  /** @type {HTMLFormElement} */ (must('[data-filters]')),
  data.choices,
  data.classes,
  data.source,
  () => pages.first(),
);
const pages = createPages({
  api,
  slug: job.slug,
  kept,
  query() {
    if (!filters.valid('low') || !filters.valid('high')) {
      tell('Confidence lies between 0 and 1.');
      return null;
    }
    const query = filters.query();
    query.set('count', String(size.now));
    return query;
  },
  onPage: show,
  tell,
  undoKey: () => page.words('back'),
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

function changed() {
  kept.keep(marks);
  tiles.paint(marks, labels);
  tiles.reveal(marks.cursor);
  const rest = marks.untouched().length;
  showTally(marks, rest);
  keys.refresh();
}

/** @param {any} page */
function show(page) {
  labels = page.labels;
  const checked = labels.filter((label) => label.check).map((label) => [label.id, label.check]);
  marks = createMarks(
    labels.map(({ id }) => id),
    /** @type {any} */ ([...checked, ...kept.marks()]),
  );
  const rest = marks.untouched();
  if (rest.length) marks.moveTo(marks.ids.indexOf(rest[0]));
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
  const rest = marks.untouched().length;
  if (rest) {
    return tell(
      `${plural(rest, 'picture is', 'pictures are')} not looked at yet. ${page.words('rest')}: all the rest look right.`,
    );
  }
  const here = new Set(marks.ids);
  const checks = marks.entries().filter(([label]) => here.has(label));
  if (checks.length) pages.send(checks.map(([label, mark]) => ({ label, ...mark })));
}

function undo() {
  if (marks.undo()) changed();
  else pages.undo();
}

/** @param {'right'|'rejected'} verdict @param {string} [reason] */
function mark(verdict, reason = '') {
  marks.mark({ verdict, reason });
  speak(verdict === 'right' ? 'Looks right' : `Rejected: ${reason}`);
  changed();
}

const label = () => labels[marks.cursor];

function reject() {
  reasons.show({
    title: 'Reject. What is wrong?',
    reasons: job.reject_reasons,
    tone: 'bad',
    onChoose: (reason) => mark('rejected', reason),
  });
}

function openLarge() {
  const verdict = marks.of(label().id);
  closeup.show(
    label(),
    verdict ? (verdict.verdict === 'right' ? 'looks right' : verdict.reason) : '',
  );
}

/** @param {string} part */
const away = (part) => () => {
  const back = encodeURIComponent(location.pathname);
  location.assign(`/jobs/${job.slug}/images/${label().image.id}/${part}?back=${back}`);
};
const any = () => labels.length > 0 && !busy;
const doings = gridDoings({
  any,
  mark,
  reject,
  rest: () => {
    marks.markRest();
    changed();
  },
  away,
  undo,
  canUndo: () => marks.canUndo || pages.canUndo,
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
  beside: must('[data-buttons]'),
  setMenu: (choices) => keys.setMenu(choices),
  onToggle: () => root.focus({ preventScroll: true }),
});
const keys = page.start(doings);
pages.take(data.first);
root.focus({ preventScroll: true });
