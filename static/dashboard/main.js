/** The live page of a job: shows each snapshot as it comes, and lets managers pause, retry and export. */

import { ApiError, createApi } from '../annotator/sync/api.js';
import { listenForThemeKey, startChrome } from '../common/chrome.js';
import { el, fill, must, pageData } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { speak } from '../common/speak.js';
import { plural } from '../common/words.js';
import { boxesPerRound, costPerRound, imagesPerRound } from './bars.js';
import { createChart } from './charts.js';
import { calibrationCurve, qualityAgainstConfidence } from './curves.js';
import { startExports } from './exports.js';
import { showCertificate, showImages } from './figures.js';
import { showForecast } from './forecast.js';
import { showLater } from './later.js';
import { showAlerts, showEvents, showPeople } from './lists.js';
import { listenLive } from './live.js';
import { auditPath, trainingLoss } from './paths.js';
import { imageQuality } from './quality.js';
import { showState } from './state.js';
import { clock, duration } from './words.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */

const STALE_MS = 10_000;

/** @type {import('../common/api.js').LivePage} */
const data = pageData();
const api = createApi({ userId: data.user.id });
const address = `/api/jobs/${data.job.slug}`;
const part = (/** @type {string} */ name) => must(`[data-part="${name}"]`);

/** @type {Snapshot} */
let snapshot = data.snapshot;
/** @type {import('./live.js').LiveState} */
let live = { socket: false, lastAt: Date.now() };
let problem = '';

const charts = Object.fromEntries(
  ['images', 'boxes', 'cost', 'calibration', 'training', 'quality', 'scatter', 'audit'].map(
    (name) => [name, createChart(part(`${name}-chart`))],
  ),
);

/** @param {string} action */
async function act(action) {
  await attempt(async () => {
    show(await api.post(`${address}/actions`, { action }));
    speak(
      { pause: 'Paused', resume: 'Resumed', start: 'Started', retry: 'Trying again' }[action] ??
        'Done',
    );
  });
}

/** @param {number} person */
const release = (person) =>
  attempt(async () => {
    show(await api.post(`${address}/held/release`, { person }));
    speak('Reassigned');
  });

/** @param {() => Promise<void>} work */
async function attempt(work) {
  try {
    await work();
    problem = '';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problem = error.message;
    speak(problem, 'assertive');
  }
  showHead();
}

/** @type {Record<string, [string, string, string]>} state to action, icon and words */
const STATE_BUTTONS = {
  draft: ['start', 'play', 'Start'],
  running: ['pause', 'pause', 'Pause'],
  paused: ['resume', 'play', 'Resume'],
};

/** What the head was drawn from: one that is drawn anew under a pressed pointer takes no click. */
let headShown = '';

function showHead() {
  const { job } = snapshot;
  const { state, acceptance, risk, mode, annotators_per_image } = job;
  const key = JSON.stringify([state, acceptance, risk, mode, annotators_per_image, problem]);
  if (key === headShown) return;
  headShown = key;
  const certified = job.acceptance === 'certified';
  fill(
    must('[data-chips]'),
    el('span', { class: 'chip', text: job.state }),
    el('span', {
      class: 'chip',
      text: certified
        ? `certified, risk ${Math.round(job.risk * 100)} %`
        : 'each round, no guarantee',
    }),
    el('span', {
      class: 'chip',
      text: `${job.mode === 'independent' || job.annotators_per_image === 1 ? '' : 'up to '}${plural(job.annotators_per_image, 'person', 'people')} per image`,
    }),
  );
  const button = data.can_manage ? STATE_BUTTONS[job.state] : undefined;
  fill(
    must('[data-job-buttons]'),
    problem && el('span', { class: 'head-problem', role: 'alert' }, icon('warn'), problem),
    button &&
      el(
        'button',
        { class: 'button', 'data-act': button[0], on: { click: () => act(button[0]) } },
        icon(button[1]),
        button[2],
      ),
    data.admin_url && el('a', { class: 'button', href: data.admin_url, text: 'Open in admin' }),
  );
}

function showLiveState() {
  const node = must('[data-live-state]');
  const age = Date.now() - (live.lastAt ?? 0);
  // While polling, news comes every few seconds; the dot tells which of the two it is.
  const stale = !live.socket && age > STALE_MS;
  node.classList.toggle('is-warn', stale);
  const text = stale
    ? `Not live since ${clock(live.lastAt ?? Date.now())}, retrying`
    : live.socket
      ? `Live, updated ${duration(age / 1000)} ago`
      : `Polling every 5 s, updated ${duration(age / 1000)} ago`;
  fill(
    node,
    el('i', { class: stale ? 'live-dot is-warn' : live.socket ? 'live-dot is-live' : 'live-dot' }),
    text,
  );
}

/** @param {Record<string, import('./charts.js').Chart>} drawn */
function showCharts(drawn) {
  for (const [name, chart] of Object.entries(drawn)) {
    part(`${name}-chart`).hidden = Boolean(chart.empty); // before it is drawn, for its width
    charts[name](chart);
  }
  showLater(part('later'), Object.values(drawn));
}

/** @param {Snapshot} next */
function show(next) {
  snapshot = next;
  showHead();
  showAlerts(must('[data-alerts]'), next, data.can_manage ? () => act('retry') : null);
  showState(part('state'), next, data.can_manage ? release : null);
  showImages(part('images'), next);
  showForecast(part('forecast'), next);
  showCertificate(part('certificate'), next);
  showCharts({
    images: imagesPerRound(next.rounds),
    boxes: boxesPerRound(next.rounds),
    cost: costPerRound(next.rounds, next.cost),
    calibration: calibrationCurve(next.calibration),
    training: trainingLoss(next.training),
    quality: imageQuality(next.histogram),
    scatter: qualityAgainstConfidence(next.calibration),
    audit: auditPath(next.audit),
  });
  showPeople(part('people'), next);
  showEvents(part('events'), next.events);
}

startChrome();
listenForThemeKey();
show(snapshot);
startExports(part('exports'), { data, api }, attempt);
showLiveState();
listenLive({
  path: data.ws_path,
  poll: () => api.get(`${address}/snapshot`),
  onNews: show,
  onState: (state) => {
    live = state.lastAt === null ? { ...state, lastAt: live.lastAt } : state;
    showLiveState();
  },
});
setInterval(showLiveState, 1_000);
