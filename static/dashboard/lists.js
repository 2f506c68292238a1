/** The lists of the live page: people now, what happened, alerts. */

import { el, fill } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { plural } from '../common/words.js';
import { clock, duration, stateWord } from './words.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */

/** @type {Record<string, string>} */
const DOING = { draw: 'drawing', audit: 'audit', idle: 'idle' };

/** Managers see each person, others themselves and how many more there are.
 * @param {HTMLElement} card @param {Snapshot} snapshot */
export function showPeople(card, { people, others }) {
  fill(
    card,
    el(
      'div',
      { class: 'card-head' },
      el('h2', { class: 'card-title', text: 'People at work' }),
      people.length > 0 && el('span', { class: 'card-side', text: 'seconds per image' }),
    ),
    people.length > 0 &&
      el(
        'ul',
        { class: 'people-list' },
        ...people.map((person) =>
          el(
            'li',
            {},
            el('span', { class: 'avatar', 'aria-hidden': 'true', text: person.initials }),
            el('span', { class: 'person-name', text: person.name }),
            el('span', {
              class: 'person-doing',
              text:
                person.doing === 'idle' ? `idle ${duration(person.seen_s)}` : DOING[person.doing],
            }),
            el('span', {
              class: 'person-pace',
              text: person.median_s === null ? '' : `${Math.round(person.median_s)} s`,
            }),
          ),
        ),
      ),
    people.length + others === 0 &&
      el('p', { class: 'chart-empty', text: 'Nobody is working right now.' }),
    others > 0 &&
      el('p', { class: 'card-note', text: `${plural(others, 'other')} in the last hour` }),
  );
}

/** @param {string} kind */
function eventIcon(kind) {
  if (/fail|error|refus|reject|revok|not_provable/.test(kind)) return ['warn', 'is-warn'];
  if (/pause/.test(kind)) return ['pause', ''];
  if (/start|open|began|resume|enter/.test(kind)) return ['play', 'is-acc'];
  return ['check', 'is-ok'];
}

/** @param {HTMLElement} card @param {Snapshot['events']} events */
export function showEvents(card, events) {
  fill(
    card,
    el('div', { class: 'card-head' }, el('h2', { class: 'card-title', text: 'Activity' })),
    events.length
      ? el(
          'ul',
          { class: 'events' },
          ...events.slice(0, 12).map((event) => {
            const [mark, tone] = eventIcon(event.kind);
            return el(
              'li',
              {},
              el('time', { datetime: event.at, text: clock(event.at) }),
              el('span', { class: tone }, icon(mark)),
              el('span', { text: event.text }),
            );
          }),
        )
      : el('p', { class: 'chart-empty', text: 'Nothing yet.' }),
  );
}

/** @param {HTMLElement} root @param {Snapshot} snapshot @param {(() => void)|null} retry */
export function showAlerts(root, { alerts, round }, retry) {
  const failed = round?.step_error;
  const said = alerts.filter(({ text }) => !failed || !text.endsWith(failed)); // it comes below
  fill(
    root,
    ...said.map(({ level, text }) =>
      el('p', { class: `notice notice-${level}` }, icon('warn'), text),
    ),
    failed &&
      el(
        'div',
        { class: 'notice notice-bad' },
        icon('warn'),
        el('span', {
          class: 'grow',
          text: `${stateWord(round.state)}: ${failed} No work is lost.`,
        }),
        retry &&
          el('button', { class: 'button button-small', text: 'Retry', on: { click: retry } }),
      ),
  );
}
