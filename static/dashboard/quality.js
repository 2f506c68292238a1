/** The histogram of image quality, people beside auto. */

import { gridY } from './charts.js';
import { lineLabel } from './lines.js';
import { count, two } from './words.js';

/** @typedef {import('./charts.js').Chart} Chart */

/** @param {import('../common/api.js').Histogram|null} histogram @returns {Chart} */
export function imageQuality(histogram) {
  const {
    edges,
    human,
    auto,
    human_mean: humanMean,
    auto_mean: autoMean,
  } = histogram ?? {
    edges: [],
    human: [],
    auto: [],
    human_mean: null,
    auto_mean: null,
  };
  const means = [
    humanMean !== null && `people ${two(humanMean)}`,
    autoMean !== null && `auto ${two(autoMean)}`,
  ].filter(Boolean);
  return {
    title: 'Image quality',
    legend: true,
    note: 'Overlap with a reference, image by image.',
    empty: histogram ? null : 'Available after the first checked images',
    summary: `Images with a reference; mean quality: ${means.join(', ') || 'not known yet'}.`,
    head: ['Quality', 'People', 'Auto'],
    rows: human.map((value, place) => [
      `${two(edges[place])} to ${two(edges[place + 1])}`,
      value,
      auto[place] ?? 0,
    ]),
    draw({ plot, width, height, hatch }) {
      const top = d3.max([...human, ...auto]) || 1;
      const y = d3.scaleLinear([0, top], [height, 20]).nice(3);
      const x = d3.scaleLinear([edges[0], edges[edges.length - 1]], [0, width]);
      gridY(plot, y, width, count, 3);
      human.forEach((value, place) => {
        const [left, right] = [x(edges[place]) + 1, x(edges[place + 1]) - 1];
        const half = Math.max(1, (right - left) / 2);
        const other = auto[place] ?? 0;
        const pair = plot.append('g').attr('class', 'bar');
        pair
          .append('title')
          .text(`${two(edges[place])} to ${two(edges[place + 1])}: ${value} people, ${other} auto`);
        pair
          .append('rect')
          .attr('class', 'people')
          .attr('x', left)
          .attr('width', half)
          .attr('y', y(value))
          .attr('height', height - y(value));
        pair
          .append('rect')
          .attr('class', 'auto')
          .attr('fill', hatch)
          .attr('x', left + half)
          .attr('width', half)
          .attr('y', y(other))
          .attr('height', height - y(other));
      });
      for (const value of x.ticks(5)) {
        plot
          .append('text')
          .attr('class', 'tick middle')
          .attr('x', x(value))
          .attr('y', height + 14)
          .text(String(value));
      }
      /** @type {[number|null, string, string, number][]} */
      const marks = [
        [humanMean, 'people mean', 'mean-people', 10],
        [autoMean, 'auto mean', 'mean-auto', -2],
      ];
      for (const [mean, name, kind, at] of marks) {
        if (mean === null) continue;
        plot
          .append('line')
          .attr('class', kind)
          .attr('x1', x(mean))
          .attr('x2', x(mean))
          .attr('y1', at)
          .attr('y2', height);
        lineLabel(plot, x(mean), at + 8, `${name} ${two(mean)}`, kind);
      }
    },
  };
}
