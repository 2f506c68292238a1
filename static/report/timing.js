/** How many seconds a box takes people, as measured in their own answers. */

import { count } from '../dashboard/words.js';
import { showTable } from './table.js';

/** @type {[string, string, string][]} kind, name, what the time is */
const ROWS = [
  ['drawn', 'A box drawn', 'time that led to boxes drawn, over the boxes'],
  ['drag', '… by drag', 'answers drawn in this one way only'],
  ['clicks', '… by two clicks', 'answers drawn in this one way only'],
  ['points', '… by four points', 'answers drawn in this one way only'],
  [
    'adjusted',
    'A suggestion adjusted',
    'moving and reclassing, in answers where nothing was drawn',
  ],
  ['accepted', 'A suggestion accepted', 'time that led to accepting, over those kept as they were'],
  ['verified', 'A box verified', 'one at a time: accept, fix or reject'],
  ['empty', 'An image without objects', 'time until “nothing here”'],
];

/** @param {HTMLElement} card @param {Record<string, {seconds: number, answers: number}>} timing */
export function showTiming(card, timing) {
  showTable(card, {
    title: 'People’s seconds',
    side: 'Active time; pauses count 15 s at most',
    head: ['Work', 'What is measured', 'Median', 'Answers'],
    rows: ROWS.filter(([kind]) => timing[kind]).map(([kind, name, words]) => ({
      name,
      cells: [
        { text: words },
        { text: `${timing[kind].seconds.toFixed(1)} s`, number: true },
        { text: count(timing[kind].answers), number: true },
      ],
    })),
    note: 'The median over answers of the time of one box in each; of the latest 5,000 answers, as they were first sent.',
  });
}
