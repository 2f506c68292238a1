/** The images on which people differ: which comes next, and how far the list is. */

/** @typedef {import('../../common/api.js').Picture} Picture */
/** @typedef {import('../../common/api.js').DoubtfulImages} List images is only its beginning */

/** @param {List} first @param {() => Promise<List>} fetchMore */
export function createQueue(first, fetchMore) {
  let list = first;
  /** As it was before the image adjudicated last. @type {List|null} */
  let before = null;

  return {
    /** @returns {Picture|undefined} */
    get next() {
      return list.images[0]?.image;
    },
    get place() {
      const total = list.adjudicated + list.left;
      return total ? `Image ${Math.min(list.adjudicated + 1, total)} of ${total}` : '';
    },
    /** What is worth fetching: the open image and the one after it. @param {Picture} open
     * @returns {Picture[]} */
    ahead(open) {
      const others = list.images.map(({ image }) => image).filter(({ id }) => id !== open.id);
      return [open, ...others.slice(0, 1)];
    },
    /** The server has it. @param {Picture} image */
    async adjudicated(image) {
      before = list;
      const images = list.images.filter((row) => row.image.id !== image.id);
      const known = images.length < list.images.length;
      list = {
        ...list,
        images,
        adjudicated: list.adjudicated + 1,
        left: list.left - (known ? 1 : 0),
      };
      if (!images.length && list.left) list = await fetchMore();
    },
    /** That image is open again. */
    back() {
      list = before ?? list;
    },
  };
}
