/** How many pictures a page of the grid has, changed by its two buttons or by keys. */

import { must } from '../../common/dom.js';

const SIZES = [12, 18, 24, 30];

/** @param {HTMLElement} root the grid @param {number} first how many it begins with
 * @param {() => void} onChange the page must come again */
export function createSize(root, first, onChange) {
  let now = SIZES.includes(first) ? first : 18;
  const show = () => {
    must('output[data-size]').textContent = `${now} a page`;
    root.dataset.size = String(now);
  };
  /** @param {1|-1} way */
  const change = (way) => () => {
    now = SIZES[Math.min(Math.max(SIZES.indexOf(now) + way, 0), SIZES.length - 1)];
    show();
    onChange();
  };
  show();
  must('[data-more]').addEventListener('click', change(1));
  must('[data-fewer]').addEventListener('click', change(-1));
  return {
    get now() {
      return now;
    },
    change,
  };
}
