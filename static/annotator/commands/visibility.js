/** Hiding and locking of one box, of a class, of all; none of it changes the answer. */

import { toggled } from '../core/display.js';

/** @param {import('./common.js').Tools} tools */
export function lookCommands({ editor, say, nameOf }) {
  const { state } = editor;
  const classMeant = () => editor.selected?.class_id ?? state.classId;

  return {
    /** The chosen boxes go out of the way until all are shown again. */
    hideChosen() {
      const ids = [...state.chosen];
      if (!ids.length) return;
      editor.choose([]);
      editor.look({ hiddenIds: new Set([...state.looks.hiddenIds, ...ids]) });
      say(`${ids.length} hidden`);
    },
    /** @param {number} [index] */
    hideClass(index = classMeant()) {
      const hiddenClasses = toggled(state.looks.hiddenClasses, index);
      editor.look({ hiddenClasses });
      say(`${nameOf(index)} ${hiddenClasses.has(index) ? 'hidden' : 'shown'}`);
    },
    showAll() {
      editor.look({
        hidden: false,
        suggestions: true,
        hiddenIds: new Set(),
        hiddenClasses: new Set(),
      });
      say('All boxes shown');
    },
    lockChosen() {
      const ids = [...state.chosen];
      if (!ids.length) return;
      const lock = !ids.every((id) => state.looks.lockedIds.has(id));
      const lockedIds = new Set(state.looks.lockedIds);
      for (const id of ids) lock ? lockedIds.add(id) : lockedIds.delete(id);
      editor.look({ lockedIds });
      say(lock ? 'Locked' : 'Unlocked');
    },
    /** @param {number} [index] */
    lockClass(index = classMeant()) {
      const lockedClasses = toggled(state.looks.lockedClasses, index);
      editor.look({ lockedClasses });
      say(`${nameOf(index)} ${lockedClasses.has(index) ? 'locked' : 'unlocked'}`);
    },
    lockAll() {
      const lockedAll = !state.looks.lockedAll;
      const none = lockedAll ? {} : { lockedIds: new Set(), lockedClasses: new Set() };
      editor.look({ lockedAll, ...none });
      say(lockedAll ? 'All boxes locked' : 'All boxes unlocked');
    },
  };
}
