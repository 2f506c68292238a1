/** The shell of every chart: title, legend, one sentence, the drawing, and its twin as a table. */

import { el, fill } from '../common/dom.js';

/** @typedef {d3.Selection<SVGGElement, undefined, null, undefined>} Plot */
/** @typedef {{plot: Plot, width: number, height: number, hatch: string}} Area */
/** @typedef {{title: string, summary: string, note?: string, legend?: boolean, empty?: string|null,
 *   head: string[], rows: (string|number)[][], draw: (area: Area) => void,
 *   foot?: HTMLElement|null}} Chart */

const HEIGHT = 220;
const MARGIN = { top: 16, right: 14, bottom: 34, left: 40 };
let lastHatch = 0;

/** People solid, auto hatched: the same in every chart, and in grey print. */
function legend() {
  return el(
    'span',
    { class: 'legend' },
    el('i', { class: 'mark mark-people' }),
    'people',
    el('i', { class: 'mark mark-auto' }),
    'auto',
  );
}

/** @param {Chart} chart */
const table = ({ title, head, rows }) =>
  el(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': `${title}, table` },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col', text })))),
      el(
        'tbody',
        {},
        ...rows.map((row) => el('tr', {}, ...row.map((text) => el('td', { text: String(text) })))),
      ),
    ),
  );

/** @param {HTMLElement} place @param {Chart} chart */
function drawInto(place, { title, summary, draw }) {
  const full = Math.max(200, place.clientWidth);
  const svg = d3
    .create('svg')
    .attr('viewBox', `0 0 ${full} ${HEIGHT}`)
    .attr('height', HEIGHT)
    .attr('role', 'img')
    .attr('aria-label', `${title}. ${summary}`);
  lastHatch += 1;
  const hatch = `hatch-${lastHatch}`;
  const pattern = svg
    .append('defs')
    .append('pattern')
    .attr('id', hatch)
    .attr('width', 6)
    .attr('height', 6)
    .attr('patternUnits', 'userSpaceOnUse')
    .attr('patternTransform', 'rotate(45)');
  pattern.append('rect').attr('class', 'hatch-ground').attr('width', 6).attr('height', 6);
  pattern.append('rect').attr('class', 'hatch-line').attr('width', 3.5).attr('height', 6);
  const plot = svg.append('g').attr('transform', `translate(${MARGIN.left},${MARGIN.top})`);
  draw({
    plot,
    width: full - MARGIN.left - MARGIN.right,
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
    hatch: `url(#${hatch})`,
  });
  const node = svg.node();
  if (node) place.replaceChildren(node);
}

/** A card that redraws only when its data changed, and keeps the table open if it was.
 * @param {HTMLElement} card @returns {(chart: Chart) => void} */
export function createChart(card) {
  let last = '';
  let asTable = false;
  /** @type {Chart|null} */
  let chart = null;
  const place = el('div', { class: 'chart-place' });

  const show = () => {
    if (!chart) return;
    const toggle = el('button', {
      class: 'link-button',
      'aria-pressed': String(asTable),
      text: asTable ? 'Show as chart' : 'Show as table',
      on: {
        click: () => {
          asTable = !asTable;
          show();
          card.querySelector('button')?.focus();
        },
      },
    });
    const body = chart.empty
      ? el('p', { class: 'chart-empty', text: chart.empty })
      : asTable
        ? table(chart)
        : place;
    fill(
      card,
      el(
        'div',
        { class: 'card-head' },
        el('h2', { class: 'card-title', text: chart.title }),
        !chart.empty && chart.legend && legend(),
      ),
      el('p', { class: 'card-note', text: chart.empty ? (chart.note ?? '') : chart.summary }),
      body,
      el(
        'div',
        { class: 'chart-foot' },
        !chart.empty && chart.foot,
        el('span', { class: 'grow' }),
        !chart.empty && toggle,
      ),
    );
    if (!chart.empty && !asTable) drawInto(place, chart);
  };

  new ResizeObserver(() => {
    if (chart && !chart.empty && !asTable) drawInto(place, chart);
  }).observe(card);

  return (next) => {
    const now = JSON.stringify([next.title, next.summary, next.empty, next.rows]);
    chart = next;
    if (now === last) return;
    last = now;
    show();
  };
}

/** Horizontal grid lines with their numbers.
 * @param {Plot} plot @param {d3.ScaleLinear<number, number>} y @param {number} width
 * @param {(value: number) => string} words @param {number} [ticks] */
export function gridY(plot, y, width, words, ticks = 3) {
  const lines = plot.append('g').attr('class', 'grid');
  for (const value of y.ticks(ticks)) {
    lines.append('line').attr('x2', width).attr('y1', y(value)).attr('y2', y(value));
    lines
      .append('text')
      .attr('x', -8)
      .attr('y', y(value))
      .attr('dy', '0.32em')
      .attr('class', 'end')
      .text(words(value));
  }
}

/** @param {Plot} plot @param {d3.ScaleLinear<number, number>} x @param {number} height
 * @param {string} name @param {(value: number) => string} words */
export function axisX(plot, x, height, name, words) {
  const axis = plot.append('g').attr('class', 'grid');
  for (const value of x.ticks(5)) {
    axis
      .append('text')
      .attr('x', x(value))
      .attr('y', height + 14)
      .attr('class', 'middle')
      .text(words(value));
  }
  const [from, to] = x.range();
  axis
    .append('text')
    .attr('x', (from + to) / 2)
    .attr('y', height + 30)
    .attr('class', 'middle')
    .text(name);
}
