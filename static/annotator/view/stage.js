/** Shows one seat on the canvas: its boxes or newer draft, its pixels when ready, or a card. */

import { fetchPatiently } from '../../common/busy.js';
import { createKeeping } from '../sync/drafts.js';

/** @typedef {import('../core/document.js').GivenBox} GivenBox */
/** @typedef {import('../sync/session.js').AnySeat} AnySeat */

/**
 * @template {AnySeat} Seat
 * @param {object} parts
 * @param {string} parts.kind
 * @param {import('../workspace.js').Workspace} parts.workspace
 * @param {ReturnType<typeof import('./images.js').createImages>} parts.images
 * @param {import('../sync/store.js').Store} parts.store
 * @param {ReturnType<typeof import('../sync/api.js').createApi>|null} [parts.api] drafts go to the server, too
 * @param {ReturnType<typeof import('../panels/banner.js').createBanners>} [parts.banners]
 * @param {ReturnType<typeof import('../panels/card.js').createCard>} parts.card
 * @param {ReturnType<typeof import('../panels/status.js').createStatus>} parts.status
 * @param {() => {current: Seat|null, queue: import('../../common/types.js').Queue|null,
 *   trouble: import('../sync/api.js').ErrorKind|null, claim: () => void}} parts.session
 * @param {(seat: Seat) => GivenBox[]} parts.boxesOf
 * @param {(() => void)|null} parts.skip
 * @param {boolean} [parts.editable]
 * @param {(found: boolean) => void} [parts.onReady] the boxes are as they were left, or as they came
 * @param {() => void} [parts.onDraft] when earlier work was found and shown
 * @param {() => void} parts.signIn
 * @param {() => number} [parts.waiting] answers not yet sent, for the offline card
 */
export function createStage({
  kind,
  workspace,
  images,
  store,
  api = null,
  banners,
  card,
  status,
  session,
  boxesOf,
  skip,
  editable = true,
  onReady,
  onDraft,
  signIn,
  waiting = () => 0,
}) {
  const { editor } = workspace;
  /** @type {Seat|null} */
  let shown = null;
  /** @type {Seat|null} */
  let previewFor = null;

  const refresh = () => {
    if (!shown) {
      const { current, queue, trouble, claim } = session();
      if (current) return;
      if (!navigator.onLine || trouble === 'offline') card.offline(waiting(), claim);
      else if (trouble) card.trouble(trouble, waiting(), claim, signIn);
      else card.empty(queue);
      return;
    }
    const { image } = shown;
    const entry = images.want(image);
    if (entry.failed) {
      const retry = () => {
        card.hide();
        images.retry(image);
      };
      card.broken(retry, skip);
    } else if (entry.ready) {
      card.hide();
      if (editor.state.bitmap !== entry.ready) editor.show(entry.ready);
    } else if (previewFor !== shown) {
      previewFor = shown;
      showPreview(shown);
    }
  };

  /** Coarse pixels now rather than sharp ones later. @param {Seat} seat */
  const showPreview = async (seat) => {
    try {
      const reply = await fetchPatiently(seat.image.preview_url);
      if (!reply.ok) return;
      const bitmap = await createImageBitmap(await reply.blob());
      if (shown === seat && !editor.state.bitmap) editor.show(bitmap);
      else bitmap.close();
    } catch {
      // Only a courtesy: the full image, or its own error, follows.
    }
  };

  /** @param {Seat} seat @param {import('../sync/store.js').Draft} draft */
  const restore = (seat, draft) => {
    editor.open(seat.image, draft.boxes, editable, draft.past);
    workspace.restartActivity(draft.active_ms, draft.action_ms);
    refresh();
    onDraft?.();
  };

  /** @param {import('../sync/store.js').Draft|null} other */
  const onElsewhere = (other) => {
    const take = async () => {
      const seat = shown;
      const draft = await keeping.takeOther(other).catch(() => null);
      if (seat && seat === shown && draft) restore(seat, draft);
      banners?.set('elsewhere', null);
    };
    const keep = () => keeping.keepMine(other).then(() => banners?.set('elsewhere', null));
    banners?.set('elsewhere', {
      text: `This image was worked on in another ${other ? 'tab' : 'place'} meanwhile. Yours stays on screen and is not saved until you choose.`,
      actions: [
        { label: 'Take the other', run: take },
        { label: 'Keep mine', run: keep },
      ],
    });
  };

  const keeping = createKeeping({
    kind,
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
  editor.onGesture(keeping.save);

  /** @param {Seat|null} seat */
  const turnTo = (seat) => {
    shown = seat;
    keeping.turnTo(seat);
    banners?.set('elsewhere', null);
  };

  return {
    refresh,
    isOpen: () => shown !== null && editor.state.picture !== null,
    /** @param {Seat|null} seat */
    async open(seat) {
      turnTo(null);
      if (!seat) {
        editor.close();
        refresh();
        return;
      }
      card.hide();
      const boxes = boxesOf(seat);
      turnTo(seat);
      editor.open(seat.image, boxes, editable);
      workspace.restartActivity();
      refresh();
      const draft = await keeping.find();
      // Somebody quick may have drawn already; what is on screen then is newer.
      if (shown !== seat) return;
      const found = draft !== null && !editor.doc.canUndo;
      if (draft && found) restore(seat, draft);
      onReady?.(found);
    },
    /** The work is handed in: later gestures belong to the next image. */
    leave: () => turnTo(null),
    /** Selects the box an error speaks of. @param {string} where such as 'boxes[3].x2' @param {string} message */
    pointOut(where, message) {
      const place = Number(/boxes\[(\d+)\]/.exec(where)?.[1] ?? -1);
      const box = editor.doc.boxes.filter((entry) => !entry.suggested)[place];
      if (box) editor.select(box.id);
      return box ? `Box ${place + 1}: ${message}` : message;
    },
    /** The page is being left. */
    saveNow: keeping.sendNow,
    /** It could not be handed in: the same image stays open. @param {Seat} seat */
    stay: (seat) => turnTo(seat),
  };
}
