/** Who holds the images or checks that a round still waits for, and since when. */

import { el } from '../common/dom.js';
import { icon } from '../common/icons.js';
import { plural } from '../common/words.js';
import { clock } from './words.js';

/** @typedef {import('../common/api.js').Snapshot} Snapshot */
/** @typedef {import('../common/api.js').Holder} Holder */

/** @param {Holder} holder */
function sentence({ name, images, checks, since, until, away }) {
  const what = [
    images && plural(images, 'image', 'images'),
    checks && plural(checks, 'check', 'checks'),
  ]
    .filter(Boolean)
    .join(' and ');
  const from = since ? ` since ${clock(since)}` : '';
  const back = away ? ` and is inactive; released at ${clock(until)}` : '';
  return `${name} holds ${what}${from}${back}.`;
}

/**
 * Lines for a manager: those who give no sign, and everybody once nothing else is left to hand out.
 * @param {Snapshot} snapshot @param {((person: number) => void)|null} release
 */
export function heldLines({ held, round }, release) {
  if (!release || !round) return [];
  const inHands = held.reduce((sum, { images, checks }) => sum + images + checks, 0);
  const waitsForThem = round.total > 0 && round.total - round.done <= inHands;
  return held
    .filter(({ away }) => away || waitsForThem)
    .map((holder) =>
      el(
        'p',
        { class: 'state-note', 'data-holder': holder.id },
        icon('clock'),
        el('span', { text: sentence(holder) }),
        el('button', {
          class: 'button button-small',
          text: 'Reassign',
          'aria-label': `Reassign the work of ${holder.name}`,
          on: { click: () => release(holder.id) },
        }),
      ),
    );
}
