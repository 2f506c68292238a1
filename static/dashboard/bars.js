/** Charts of bars: what each round brought and cost. */

import { el } from '../common/dom.js';
import { gridY } from './charts.js';
import { count, dollars } from './words.js';

/** @typedef {import('../common/api.js').RoundRow} RoundRow */
/** @typedef {import('./charts.js').Chart} Chart */

/**
 * @param {object} what
 * @param {string} what.title
 * @param {string} what.unit
 * @param {RoundRow[]} what.rounds
 * @param {(row: RoundRow) => number} what.people
 * @param {(row: RoundRow) => number} what.auto
 * @param {(value: number) => string} [what.words]
 * @param {boolean} [what.sum] label bars with the sum rather than both parts
 * @param {HTMLElement|null} [what.foot]
 * @returns {Chart}
 */
function perRound({ title, unit, rounds, people, auto, words = count, sum = false, foot = null }) {
  const [closed, open] = [
    rounds.filter((row) => !row.provisional),
    rounds.filter((row) => row.provisional),
  ];
  const running = open.length
    ? ` In the open round so far: ${words(d3.sum(open, people))} and ${words(d3.sum(open, auto))}.`
    : '';
  const name = (/** @type {RoundRow} */ row) => `${row.number}${row.provisional ? ', so far' : ''}`;
  return {
    title,
    legend: true,
    empty: rounds.some((row) => people(row) + auto(row))
      ? null
      : 'Available after the first labels',
    note: 'Of each round, by people and by the machine.',
    summary: `${words(d3.sum(closed, people))} ${unit} by people, ${words(d3.sum(closed, auto))} auto.${running}`,
    head: ['Round', 'People', 'Auto'],
    rows: rounds.map((row) => [name(row), words(people(row)), words(auto(row))]),
    foot,
    draw({ plot, width, height, hatch }) {
      const top = d3.max(rounds, (row) => people(row) + auto(row)) || 1;
      const y = d3.scaleLinear([0, top], [height, 12]).nice(3);
      const x = d3.scaleBand(rounds.map(name), [0, width]).padding(0.45);
      // A job of two rounds should not have two walls.
      const wide = Math.min(64, x.bandwidth());
      gridY(plot, y, width, (value) => (sum ? dollars(value).replace('.00', '') : count(value)), 3);
      for (const row of rounds) {
        const left = (x(name(row)) ?? 0) + (x.bandwidth() - wide) / 2;
        const [low, high] = [people(row), people(row) + auto(row)];
        const bar = plot.append('g').attr('class', row.provisional ? 'bar is-open' : 'bar');
        bar
          .append('title')
          .text(`Round ${name(row)}: ${words(low)} people, ${words(auto(row))} auto`);
        bar
          .append('rect')
          .attr('class', 'people')
          .attr('x', left)
          .attr('width', wide)
          .attr('y', y(low))
          .attr('height', height - y(low));
        if (auto(row)) {
          bar
            .append('rect')
            .attr('class', 'auto')
            .attr('fill', hatch)
            .attr('x', left)
            .attr('width', wide)
            .attr('y', y(high))
            .attr('height', Math.max(1, y(low) - y(high) - 1));
        }
        const label = sum
          ? words(high)
          : auto(row)
            ? `${words(low)} + ${words(auto(row))}`
            : words(low);
        plot
          .append('text')
          .attr('class', 'value middle')
          .attr('x', left + wide / 2)
          .attr('y', y(high) - 6)
          .text(label);
        plot
          .append('text')
          .attr('class', 'tick middle')
          .attr('x', left + wide / 2)
          .attr('y', height + 14)
          .text(name(row));
      }
    },
  };
}

/** @param {RoundRow[]} rounds */
export const imagesPerRound = (rounds) =>
  perRound({
    title: 'Images per round',
    unit: 'images',
    rounds,
    people: (row) => row.human,
    auto: (row) => row.auto,
  });

/** @param {RoundRow[]} rounds */
export const boxesPerRound = (rounds) =>
  perRound({
    title: 'Boxes per round',
    unit: 'boxes',
    rounds,
    people: (row) => row.human_boxes,
    auto: (row) => row.auto_boxes,
  });

/** @param {RoundRow[]} rounds @param {import('../common/api.js').Snapshot['cost']} cost */
export const costPerRound = (rounds, cost) =>
  perRound({
    title: 'Cost per round',
    unit: 'spent',
    rounds,
    people: (row) => row.human_cost,
    auto: (row) => row.auto_cost,
    words: dollars,
    sum: true,
    foot: el(
      'span',
      { class: 'cost-line' },
      el('strong', { text: dollars(cost.total) }),
      ` against ${dollars(cost.all_human)} all by people `,
      cost.saved_share > 0 &&
        el('strong', { class: 'saved', text: `${Math.round(cost.saved_share * 100)} % saved` }),
    ),
  });
