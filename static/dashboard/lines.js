/** What the charts of lines share: a line, the level asked for, the threshold. */

import { two } from './words.js';

/** @typedef {import('./charts.js').Plot} Plot */
/** @typedef {d3.ScaleLinear<number, number>} Scale */

const LETTER = 7; // pixels at most, on average

/** A tick's figure. */
export const short = (/** @type {number} */ value) => String(Math.round(value * 100) / 100);

/** @param {Plot} plot @param {[number, number][]} points @param {Scale} x @param {Scale} y @param {string} kind */
export function line(plot, points, x, y, kind) {
  const path = d3.line(
    ([at]) => x(at),
    ([, value]) => y(value),
  )(/** @type {[number, number][]} */ (points));
  plot.append('path').attr('class', `line ${kind}`).attr('d', path);
}

/** The level asked for, across the chart. @param {Plot} plot @param {Scale} y @param {number} width @param {number} target */
export function targetLine(plot, y, width, target) {
  plot
    .append('line')
    .attr('class', 'target')
    .attr('x2', width)
    .attr('y1', y(target))
    .attr('y2', y(target));
  plot
    .append('text')
    .attr('class', 'value end')
    .attr('x', width)
    .attr('y', y(target) + 14)
    .text(`target ${two(target)}`);
}

/** @param {Plot} plot @param {Scale} x @param {number} height @param {number} theta */
export function thetaLine(plot, x, height, theta) {
  plot
    .insert('line', ':first-child') // below the words, which it would strike through
    .attr('class', 'theta')
    .attr('x1', x(theta))
    .attr('x2', x(theta))
    .attr('y1', 4)
    .attr('y2', height);
  lineLabel(plot, x(theta), 8, `θ = ${two(theta)}`, 'theta-word');
}

/** Words beside an upright line: left of it, or right where the chart's edge would cut them off.
 * @param {Plot} plot @param {number} at @param {number} y @param {string} words @param {string} kind */
export function lineLabel(plot, at, y, words, kind) {
  const toTheRight = at < words.length * LETTER;
  plot
    .append('text')
    .attr('class', `value ${kind}`)
    .classed('end', !toTheRight)
    .attr('x', at + (toTheRight ? 6 : -6))
    .attr('y', y)
    .text(words);
}
