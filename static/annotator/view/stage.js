/** Shows one assignment on the canvas: its boxes or newer draft, its pixels when ready, or a card. */

import { fetchPatiently } from '../../common/busy.js';
import { createDrafts } from '../sync/drafts.js';

/** @typedef {import('../core/document.js').GivenBox} GivenBox */
/** @typedef {import('../../common/types.js').AnyAssignment} AnyAssignment */

/**
 * @template {AnyAssignment} Work
 * @param {import('../app.js').App<Work>} app
 * @param {object} parts
 * @param {import('../workspace.js').Workspace} parts.workspace
 * @param {ReturnType<typeof import('./images.js').createImages>} parts.images
 * @param {import('../sync/store.js').Store} parts.store
 * @param {ReturnType<typeof import('../sync/api.js').createApi>|null} [parts.api] drafts go to the server, too
 * @param {ReturnType<typeof import('../panels/banner.js').createBanners>} [parts.banners]
 * @param {ReturnType<typeof import('../panels/card.js').createCard>} parts.card
 * @param {ReturnType<typeof import('../panels/status.js').createStatus>} parts.status
 * @param {{trouble: import('../sync/api.js').ErrorKind|null, claim: () => void}} parts.session
 * @param {(assignment: Work) => GivenBox[]} parts.boxesOf
 * @param {import('../../common/api.js').SkipChoice['code']} [parts.brokenReason] an image that does not load may be skipped with it
 * @param {boolean} [parts.editable]
 * @param {(assignment: Work, draft: import('../sync/store.js').Draft) => boolean} [parts.fits] whether a
 *   draft still is what the person may go on with
 */
export function createStage(
  app,
  {
    workspace,
    images,
    store,
    api = null,
    banners,
    card,
    status,
    session,
    boxesOf,
    brokenReason,
    editable = true,
    fits = () => true,
  },
) {
  const { editor } = workspace;
  /** @type {Work|null} */
  let shown = null;
  /** @type {Work|null} */
  let previewFor = null;

  const refresh = () => {
    status.prefetch(app.upcoming.map((assignment) => images.isReady(assignment.image)));
    if (!shown) {
      if (app.current) return;
      const { trouble, claim } = session;
      const { waiting } = app.outbox;
      if (!navigator.onLine || trouble === 'offline') card.offline(waiting, claim);
      else if (trouble) card.trouble(trouble, waiting, claim, () => app.emit('sign-in'));
      else card.empty(app.queue);
      return;
    }
    const { image } = shown;
    const entry = images.want(image);
    if (entry.failed) {
      const retry = () => {
        card.hide();
        images.retry(image);
      };
      card.broken(retry, brokenReason ? () => app.emit('skip', brokenReason) : null);
    } else if (entry.ready) {
      card.hide();
      if (editor.state.view.bitmap !== entry.ready) editor.show(entry.ready);
    } else if (previewFor !== shown) {
      previewFor = shown;
      showPreview(shown);
    }
  };

  /** Coarse pixels now rather than sharp ones later. @param {Work} assignment */
  const showPreview = async (assignment) => {
    try {
      const reply = await fetchPatiently(assignment.image.preview_url);
      if (!reply.ok) return;
      const bitmap = await createImageBitmap(await reply.blob());
      if (shown === assignment && !editor.state.view.bitmap) editor.show(bitmap);
      else bitmap.close();
    } catch {
      // Only a courtesy: the full image, or its own error, follows.
    }
  };

  /** @param {Work} assignment @param {import('../sync/store.js').Draft} draft */
  const restore = (assignment, draft) => {
    editor.open(assignment.image, draft.boxes, editable, draft.past);
    workspace.restartActivity(draft.active_ms, draft.action_ms);
    refresh();
    app.emit('draft-restored', assignment);
  };

  /** @param {import('../sync/store.js').Draft|null} other */
  const onElsewhere = (other) => {
    const take = async () => {
      const assignment = shown;
      const draft = await drafts.takeOther(other).catch(() => null);
      if (assignment && assignment === shown && draft) restore(assignment, draft);
      banners?.set('elsewhere', null);
    };
    const keep = () => drafts.keepMine(other).then(() => banners?.set('elsewhere', null));
    banners?.set('elsewhere', {
      text: `This image was worked on in another ${other ? 'tab' : 'place'} meanwhile. Yours stays on screen and is not saved until you choose.`,
      actions: [
        { label: 'Take the other', run: take },
        { label: 'Keep mine', run: keep },
      ],
    });
  };

  const drafts = createDrafts({
    kind: app.kind,
    store,
    api,
    read: () => ({
      boxes: editor.doc.everything(),
      past: editor.doc.past,
      active_ms: workspace.activeMs(),
      action_ms: workspace.actionMs(),
    }),
    onKept: status.keptHere,
    onElsewhere,
  });

  /** @param {Work|null} assignment */
  const turnTo = (assignment) => {
    shown = assignment;
    drafts.turnTo(assignment);
    banners?.set('elsewhere', null);
  };

  /** @param {Work|null} assignment */
  const open = async (assignment) => {
    turnTo(null);
    if (!assignment) {
      editor.close();
      refresh();
      app.emit('image-opened', null);
      return;
    }
    card.hide();
    const boxes = boxesOf(assignment);
    turnTo(assignment);
    editor.open(assignment.image, boxes, editable);
    workspace.restartActivity();
    refresh();
    app.emit('image-opened', assignment);
    const draft = await drafts.find();
    // Somebody quick may have drawn already; what is on screen then is newer.
    if (shown !== assignment) return;
    if (draft && fits(assignment, draft) && !editor.doc.canUndo) restore(assignment, draft);
    app.emit('boxes-ready', assignment);
  };

  app.on('assignment-opened', open);
  app.on('work-changed', refresh);
  app.on('images-changed', refresh);
  app.on('gesture', drafts.save);
  // The work is on its way: later gestures belong to the next image.
  for (const name of /** @type {const} */ (['submitted', 'skipped']))
    app.on(name, () => turnTo(null));
  // It could not be submitted: the same image stays open.
  app.on('stuck', ({ assignment }) => turnTo(assignment));

  return {
    isOpen: () => shown !== null && editor.state.view.picture !== null,
    leave: () => turnTo(null),
    /** Selects the box an error speaks of. @param {string} where such as 'boxes[3].x2' @param {string} message */
    pointOut(where, message) {
      const place = Number(/boxes\[(\d+)\]/.exec(where)?.[1] ?? -1);
      const box = editor.doc.boxes.filter((entry) => !entry.suggested)[place];
      if (box) editor.select(box.id);
      return box ? `Box ${place + 1}: ${message}` : message;
    },
    /** The page is being left. */
    saveNow: drafts.sendNow,
  };
}
