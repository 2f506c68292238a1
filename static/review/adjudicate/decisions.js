/** What a reviewer decides about each group of boxes on one image, with undo. Pure. */

/** @typedef {import('../../common/api.js').Box} Box */
/** @typedef {import('../../common/api.js').DrawnBox} Drawn */
/** @typedef {import('../../common/api.js').BoxGroup} Group */
/** @typedef {{kind: 'merged'|'person'|'none'|'drawn', person?: number, boxes: Box[]}} Decision */
/** @typedef {ReturnType<typeof createDecisions>} Decisions */

/**
 * Groups come least agreement first; those at `sure` or above count as adjudicated from the start.
 * @param {Group[]} groups @param {number} sure
 * @param {[number, Decision][]} [known] decisions of an earlier visit
 */
export function createDecisions(groups, sure, known = []) {
  /** @type {Map<number, Decision>} */
  const made = new Map(known.filter(([place]) => place < groups.length));
  /** Boxes nobody had drawn. @type {Box[]} */
  let extra = known.find(([place]) => place === -1)?.[1].boxes ?? [];
  /** @type {{place: number, before: Decision|undefined, extra: Box[]}[]} */
  const past = [];
  const open = groups.map((_, place) => place).filter((place) => !agreed(groups[place], sure));
  let current = open.find((place) => !made.has(place)) ?? -1;

  /** @param {number} place @param {Decision} decision */
  const put = (place, decision) => {
    past.push({ place, before: made.get(place), extra });
    made.set(place, decision);
  };
  const next = () => {
    const later = open.find((place) => place > current && !made.has(place));
    current = later ?? open.find((place) => !made.has(place)) ?? -1;
  };

  return {
    groups,
    /** Places of the groups that need a look. */
    open,
    get current() {
      return current;
    },
    get group() {
      return groups[current];
    },
    get extra() {
      return extra;
    },
    get done() {
      return open.every((place) => made.has(place));
    },
    get canUndo() {
      return past.length > 0;
    },
    /** @param {number} place */
    of: (place) => made.get(place),
    entries: () => [
      ...made.entries(),
      .../** @type {[number, Decision][]} */ (
        extra.length ? [[-1, { kind: 'drawn', boxes: extra }]] : []
      ),
    ],
    /** @param {number} place */
    moveTo(place) {
      current = place;
    },
    /** @param {1|-1} way */
    cycle(way) {
      if (!open.length) return;
      const at = open.indexOf(current);
      current =
        open[at < 0 ? (way > 0 ? 0 : open.length - 1) : (at + way + open.length) % open.length];
    },
    merged() {
      if (current < 0) return false;
      put(current, { kind: 'merged', boxes: [groups[current].mean] });
      next();
      return true;
    },
    /** @param {number} person @returns {boolean} whether they drew anything here */
    person(person) {
      const drawn = groups[current]?.drawn.find((entry) => entry.person === person);
      if (!drawn) return false;
      put(current, { kind: 'person', person, boxes: [drawn.box] });
      next();
      return true;
    },
    none() {
      if (current < 0) return false;
      put(current, { kind: 'none', boxes: [] });
      next();
      return true;
    },
    /** Boxes by hand: for the group, or where none is open for what everybody missed.
     * @param {Box[]} boxes */
    drawn(boxes) {
      if (current < 0) {
        past.push({ place: -1, before: undefined, extra });
        extra = [...extra, ...boxes];
        return;
      }
      put(current, boxes.length ? { kind: 'drawn', boxes } : { kind: 'none', boxes });
      next();
    },
    undo() {
      const step = past.pop();
      if (!step) return false;
      extra = step.extra;
      if (step.place < 0) return true;
      if (step.before) made.set(step.place, step.before);
      else made.delete(step.place);
      current = step.place;
      return true;
    },
    /** The label as it would be now: undecided groups as consolidation left them. */
    boxes: () => [
      ...groups.flatMap(
        (group, place) => made.get(place)?.boxes ?? (group.merged ? [group.mean] : []),
      ),
      ...extra,
    ],
    counts() {
      const count = { merged: 0, person: 0, none: 0, drawn: extra.length };
      groups.forEach((_, place) => {
        count[made.get(place)?.kind ?? 'merged'] += 1;
      });
      return count;
    },
  };
}

/** Whether a group needs no look. @param {Group} group @param {number} sure */
const agreed = (group, sure) => group.merged && group.agreement >= sure;
