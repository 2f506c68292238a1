/** The side panel of adjudication: the group in question with its answers, and the list of groups. */

import { must } from '../../common/dom.js';
import { showGroup, showGroups } from './panels.js';

/**
 * @param {object} state
 * @param {import('./decisions.js').Decisions} state.decisions
 * @param {import('../../common/api.js').Annotator[]} state.people as the server told them
 * @param {boolean} state.drawing a group's box is drawn by hand
 * @param {(index: number) => string} state.className
 * @param {(id: string) => string[]} state.keysOf the person's own keys of an action
 * @param {(person: number) => void} state.take
 * @param {(person: number|null) => void} state.solo
 * @param {(place: number) => void} state.moveTo
 */
export function showSide({ decisions, people, drawing, className, keysOf, take, solo, moveTo }) {
  showGroup(must('[data-group]'), decisions, people, className, { keysOf, take, solo });
  showGroups(must('[data-groups]'), decisions, people, className, moveTo);
  must('[data-send-words]').textContent = drawing ? 'Done' : 'Save and next';
  must('[data-merged-words]').textContent =
    decisions.group && !decisions.group.merged ? 'Take the mean box' : 'Take the merged box';
  for (const part of ['[data-adjudicating]', '[data-group]', '[data-groups]'])
    must(part).hidden = drawing;
  for (const part of ['[data-classes]', '[data-boxes]']) must(part).hidden = !drawing;
}
