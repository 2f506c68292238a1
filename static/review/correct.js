/** One label is corrected: load, change, Enter saves and goes back to where the person came from. */

import { ApiError, createApi } from '../annotator/api.js';
import { createImages } from '../annotator/images.js';
import { createBanners } from '../annotator/panels/banner.js';
import { createCard } from '../annotator/panels/card.js';
import { createWorkspace } from '../annotator/workspace.js';
import { must } from '../common/dom.js';
import { createSignIn } from '../common/sign-in.js';
import { speak } from '../common/speak.js';

/** @param {any} data of the page */
export async function startCorrection(data) {
  /** @type {import('../common/types.js').Picture} */
  const picture = data.image;
  const api = createApi({
    userId: data.user.id,
    signIn: createSignIn(data.user).ask,
  });
  const banners = createBanners(must('[data-banners]'));
  const workspace = createWorkspace(data.classes, () => [[workspace.hints.keys('submit'), 'save']]);
  const { editor } = workspace;
  const card = createCard();
  let saving = false;
  let saved = false;

  const save = async () => {
    saving = true;
    workspace.cancelTool();
    try {
      const boxes = editor.doc.answer();
      const label = await api.request('PUT', `/api/images/${picture.id}/label`, { boxes });
      saved = true;
      speak('Saved');
      const back = new URL(data.return_url, location.href);
      back.searchParams.set('corrected', label.id);
      location.assign(back);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      banners.set('save', {
        text: `Not saved: ${error.message} Your boxes are still here; ${workspace.hints.words('submit')} tries again.`,
        tone: 'bad',
      });
    } finally {
      saving = false;
    }
  };

  workspace.start('review', (common) => ({
    ...common,
    submit: { label: 'Save this label', when: () => !saving && !data.refused, run: save },
    grid: { label: 'Back without saving', run: () => location.assign(data.return_url) },
  }));
  if (data.refused) banners.set('save', { text: data.refused, tone: 'warn' });
  for (const part of ['[data-kept]', '[data-sent]', '[data-prefetch]']) must(part).hidden = true;
  must('[data-position]').textContent = picture.name;
  window.addEventListener('beforeunload', (event) => {
    if (editor.doc.canUndo && !saved) event.preventDefault();
  });
  editor.open(picture, data.boxes, !data.refused);

  const images = createImages(() => {
    const entry = images.want(picture);
    if (entry.ready) {
      card.hide();
      editor.show(entry.ready);
    } else if (entry.failed) card.broken(() => images.retry(picture), null);
  });
  images.want(picture);
}
