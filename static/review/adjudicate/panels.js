/** The people of the present group, and all groups that need a look. */

import { el, fill, keycap, sectionHead } from '../../common/dom.js';
import { svg } from '../../common/figure.js';
import { icon } from '../../common/icons.js';
import { styleOf } from './people.js';
import { mainDifference } from './words.js';

/** @typedef {import('./decisions.js').Decisions} Decisions */
/** @typedef {import('../../common/api.js').Annotator} Person */

/** A short line in a person's colour and dash. @param {number} person */
function sample(person) {
  const { color, dash } = styleOf(person);
  const node = svg('svg', { viewBox: '0 0 36 4', width: 36, height: 4, 'aria-hidden': 'true' });
  node.append(
    svg('line', {
      x1: 0,
      y1: 2,
      x2: 36,
      y2: 2,
      stroke: color,
      'stroke-width': 2.5,
      'stroke-dasharray': dash.join(' '),
    }),
  );
  return node;
}

/**
 * @param {HTMLElement} root
 * @param {Decisions} decisions
 * @param {Person[]} people
 * @param {(index: number) => string} className
 * @param {{keysOf: (id: string) => string[], take: (person: number) => void, solo: (person: number|null) => void}} on
 */
export function showGroup(root, decisions, people, className, on) {
  const group = decisions.group;
  if (!group) {
    fill(
      root,
      el('h2', {
        class: 'section-title',
        text: decisions.done ? 'Anything missing?' : 'No group chosen',
      }),
      el('p', {
        class: 'section-help',
        text: decisions.done
          ? `Every group is resolved. ${on.keysOf('draw-it').join(' ')} draws what everybody missed; ${on.keysOf('submit').join(' ')} sends.`
          : 'Tab goes to the next group.',
      }),
    );
    return;
  }
  const letters = people.map(({ letter }) => letter);
  const rows = people.map(({ letter, name }, person) => {
    const drawn = group.drawn.find((entry) => entry.person === person);
    const kind = drawn ? className(drawn.box.class_id) : 'nothing';
    const far = drawn && (drawn.overlap < 0.75 || drawn.box.class_id !== group.mean.class_id);
    return el(
      'li',
      {},
      el(
        'button',
        {
          class: 'row person-row',
          disabled: !drawn,
          'aria-label': `${name ?? letter}: ${kind}${drawn ? `, overlap ${drawn.overlap.toFixed(2)}` : ''}`,
          on: {
            click: () => on.take(person),
            pointerenter: () => drawn && on.solo(person),
            pointerleave: () => on.solo(null),
          },
        },
        ...on.keysOf(`person-${person + 1}`).map(keycap),
        el('span', { class: 'letter', style: { background: styleOf(person).color }, text: letter }),
        sample(person),
        el('span', { class: 'row-name', text: name ? `${kind} · ${name}` : kind }),
        el(
          'span',
          { class: 'row-end' },
          far && icon('warn'),
          drawn ? drawn.overlap.toFixed(2) : '–',
        ),
      ),
    );
  });
  const sentence = mainDifference(group, letters, className);
  fill(
    root,
    el(
      'div',
      { class: 'section-head' },
      el('h2', {
        class: 'section-title',
        text: `${className(group.mean.class_id)}, ${group.drawn.length} of ${people.length}`,
      }),
      el('span', { class: 'grow' }),
      el('span', { class: 'section-key', text: 'overlap with merged' }),
    ),
    el('ul', { class: 'rows' }, ...rows),
    sentence && el('p', { class: 'notice difference', text: sentence }),
  );
}

/** @type {Record<string, string>} */
const KINDS = { merged: 'merged', none: 'no object', drawn: 'drawn' };

/**
 * @param {HTMLElement} root
 * @param {Decisions} decisions
 * @param {Person[]} people
 * @param {(index: number) => string} className
 * @param {(place: number) => void} onChoose
 */
export function showGroups(root, decisions, people, className, onChoose) {
  const { groups, open } = decisions;
  const adjudicated = open.filter((place) => decisions.of(place)).length;
  const rest = groups.length - open.length;
  const rows = open.map((place) => {
    const group = groups[place];
    const decision = decisions.of(place);
    const said = decision
      ? decision.kind === 'person'
        ? `${people[decision.person ?? 0].letter}’s box`
        : KINDS[decision.kind]
      : `${group.drawn.length} of ${people.length}`;
    return el(
      'li',
      { class: place === decisions.current ? 'box-row is-selected' : 'box-row' },
      el(
        'button',
        {
          class: 'row group-row',
          'aria-pressed': String(place === decisions.current),
          on: { click: () => onChoose(place) },
        },
        decision ? icon('check') : el('span', { class: 'group-open' }),
        el('span', { class: 'row-name', text: className(group.mean.class_id) }),
        el('span', { class: 'row-count', text: said }),
        el(
          'span',
          { class: 'meter', 'aria-hidden': 'true' },
          el('span', {
            class: group.agreement < 0.7 ? 'is-low' : '',
            style: { width: `${group.agreement * 100}%` },
          }),
        ),
        el('span', {
          class: 'group-number',
          text: group.merged ? group.agreement.toFixed(2) : 'left out',
        }),
      ),
    );
  });
  fill(
    root,
    sectionHead(
      'Open groups',
      el('span', {
        class: 'section-note',
        text: open.length ? `${adjudicated} of ${open.length}, doubtful first` : 'none',
      }),
    ),
    el('ul', { class: 'rows' }, ...rows),
    rest > 0 &&
      el(
        'p',
        { class: 'group-rest' },
        icon('check'),
        rest === 1
          ? '1 group agrees and is merged as it is'
          : `${rest} groups agree and are merged as they are`,
      ),
  );
}
