/** The images of a job on its page: more are dropped in, imports are followed, thumbnails appear. */

import { must } from '../common/dom.js';
import { createDropZone } from './drop-zone.js';
import { followImports } from './import-list.js';
import { send } from './sending.js';

const root = must('#job-images');
const list = must('.import-list', root);
const { imports: importsUrl = '', uploads = '', progress = '' } = root.dataset;

/** Puts in what the server says now; what has the focus stays. */
async function showProgress() {
  const answer = await fetch(progress);
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const slot of document.querySelectorAll('[data-slot]')) {
    const name = /** @type {HTMLElement} */ (slot).dataset.slot;
    const now = page.querySelector(`[data-slot="${name}"]`);
    if (!now || slot.contains(document.activeElement)) continue;
    const parts = document.importNode(now, true);
    if (!slot.isEqualNode(parts)) slot.replaceChildren(...parts.childNodes);
  }
  const sizes = JSON.parse(page.getElementById('job-sizes')?.textContent ?? '{}');
  const images = Number(page.querySelector('[data-images]')?.getAttribute('data-images'));
  document.dispatchEvent(new CustomEvent('imageschange', { detail: { images, sizes } }));
}

const follow = followImports(list, importsUrl, () => void showProgress());
const zone = createDropZone(
  /** @type {HTMLInputElement} */ (must('input[data-drop]', root)),
  async (files) => {
    await send(zone, { url: uploads, files });
    follow.refresh();
  },
);
