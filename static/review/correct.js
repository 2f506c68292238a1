/** One label is corrected, or by its annotator a correction suggested: change, Enter saves, and back. */

import { createApp } from '../annotator/app.js';
import { createBanners } from '../annotator/panels/banner.js';
import { createCard } from '../annotator/panels/card.js';
import { ApiError, createApi } from '../annotator/sync/api.js';
import { createImages } from '../annotator/view/images.js';
import { createWorkspace } from '../annotator/workspace.js';
import { must } from '../common/dom.js';
import { createSignIn } from '../common/sign-in.js';
import { speak } from '../common/speak.js';
import { createSuggested } from './suggested.js';
import { createUndoBar } from './undo-bar.js';

/** @param {import('../common/api.js').CorrectPage|import('../common/api.js').SuggestPage} data */
export async function startCorrection(data) {
  /** @type {import('../common/api.js').Picture} */
  const picture = data.image;
  const api = createApi({
    userId: data.user.id,
    signIn: createSignIn(data.user).ask,
  });
  const banners = createBanners(must('[data-banners]'));
  const suggesting = data.mode === 'suggest';
  const refused = data.mode === 'correct' ? data.refused : '';
  const workspace = createWorkspace(createApp(), data.classes);
  const { editor, hints } = workspace;
  hints.forPage(() => [[hints.keys('submit'), suggesting ? 'send to a reviewer' : 'save']]);
  const card = createCard();
  /** @type {HTMLTextAreaElement|null} */
  const words = document.querySelector('[data-words]');
  let saving = false;
  let saved = false;

  const save = async () => {
    saving = true;
    workspace.cancelTool();
    try {
      const boxes = editor.doc.answer();
      const back = new URL(data.return_url, location.href);
      if (suggesting) await api.post(data.save_url, { boxes, text: words?.value ?? '' });
      else {
        const label = await api.request('PUT', `/api/images/${picture.id}/label`, { boxes });
        back.searchParams.set('corrected', label.id);
      }
      saved = true;
      speak(suggesting ? 'Sent to a reviewer' : 'Saved');
      location.assign(back);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      banners.set('save', {
        text: `Not saved: ${error.message} Your boxes are still here; ${hints.words('submit')} tries again.`,
        tone: 'bad',
      });
    } finally {
      saving = false;
    }
  };

  const suggested = createSuggested(data.mode === 'correct' ? data.suggestions : [], {
    api,
    classes: data.classes,
    keysOf: hints.keys,
    undoBar: createUndoBar(must('.stage'), () => []),
    tell: (text) => banners.set('save', { text, tone: 'warn' }),
    // The label is another now: drawn on from what it was, this correction would undo it.
    onChange: (thread) => open(thread.suggestion?.label?.boxes ?? data.boxes),
  });
  workspace.start('review', (common) => ({
    ...common,
    ...suggested.handlers,
    submit: {
      label: suggesting ? 'Send to a reviewer' : 'Save this label',
      when: () => !saving && !refused,
      run: save,
    },
    grid: { label: 'Back without saving', run: () => location.assign(data.return_url) },
  }));
  suggested.show();
  if (refused) banners.set('save', { text: refused, tone: 'warn' });
  for (const part of ['[data-kept]', '[data-sent]', '[data-prefetch]']) must(part).hidden = true;
  must('[data-position]').textContent = picture.name;
  window.addEventListener('beforeunload', (event) => {
    if (editor.doc.canUndo && !saved) event.preventDefault();
  });
  const showPixels = () => {
    const entry = images.want(picture);
    if (entry.ready) {
      card.hide();
      editor.show(entry.ready);
    } else if (entry.failed) card.broken(() => images.retry(picture), null);
  };
  const images = createImages(showPixels);
  /** @param {import('../common/api.js').Box[]} boxes */
  const open = (boxes) => {
    editor.open(picture, boxes, !refused);
    showPixels();
  };
  open(data.boxes);
}
