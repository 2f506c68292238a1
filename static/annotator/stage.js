/** Shows one seat on the canvas: its boxes or newer draft, its pixels when ready, or a card. */

/** @typedef {import('./core/document.js').GivenBox} GivenBox */
/** @typedef {import('./session.js').AnySeat} AnySeat */

/**
 * @template {AnySeat} Seat
 * @param {object} parts
 * @param {string} parts.kind
 * @param {import('./workspace.js').Workspace} parts.workspace
 * @param {ReturnType<typeof import('./images.js').createImages>} parts.images
 * @param {import('./store.js').Store} parts.store
 * @param {ReturnType<typeof import('./panels/card.js').createCard>} parts.card
 * @param {ReturnType<typeof import('./panels/status.js').createStatus>} parts.status
 * @param {() => {current: Seat|null, queue: import('../common/types.js').Queue|null, claim: () => void}} parts.session
 * @param {(seat: Seat) => GivenBox[]} parts.boxesOf
 * @param {(() => void)|null} parts.skip
 * @param {boolean} [parts.editable]
 * @param {() => void} [parts.onDraft] when earlier work was found and shown
 */
export function createStage({
  kind,
  workspace,
  images,
  store,
  card,
  status,
  session,
  boxesOf,
  skip,
  editable = true,
  onDraft,
}) {
  const { editor } = workspace;
  /** @type {Seat|null} */
  let shown = null;
  /** @type {Seat|null} */
  let previewFor = null;

  /** @param {Seat} seat */
  const seatName = (seat) => `${kind}:${seat.id}`;
  /** @param {Seat} seat */
  const versionOf = (seat) => ('version' in seat ? seat.version : 0);

  const refresh = () => {
    if (!shown) {
      const { current, queue, claim } = session();
      if (current) return;
      if (navigator.onLine) card.empty(queue);
      else card.offline(0, claim);
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
      const reply = await fetch(seat.image.preview_url, { credentials: 'same-origin' });
      if (!reply.ok) return;
      const bitmap = await createImageBitmap(await reply.blob());
      if (shown === seat && !editor.state.bitmap) editor.show(bitmap);
      else bitmap.close();
    } catch {
      // Only a courtesy: the full image, or its own error, follows.
    }
  };

  const saveDraft = async () => {
    if (!shown) return;
    try {
      await store.saveDraft({
        seat: seatName(shown),
        version: versionOf(shown),
        boxes: editor.doc.everything(),
        past: editor.doc.past,
        active_ms: workspace.activeMs(),
        action_ms: workspace.actionMs(),
      });
      status.keptHere(store.durable);
    } catch {
      status.keptHere(false);
    }
  };

  editor.onGesture(saveDraft);

  return {
    refresh,
    isOpen: () => shown !== null && editor.state.picture !== null,
    /** @param {Seat|null} seat */
    async open(seat) {
      shown = null;
      if (!seat) {
        editor.close();
        refresh();
        return;
      }
      card.hide();
      const boxes = boxesOf(seat);
      shown = seat;
      editor.open(seat.image, boxes, editable);
      workspace.restartActivity();
      refresh();
      const draft = await store.draft(seatName(seat)).catch(() => undefined);
      // Somebody quick may have drawn already; what is on screen then is newer.
      if (!draft || draft.version < versionOf(seat) || shown !== seat || editor.doc.canUndo) return;
      editor.open(seat.image, draft.boxes, editable, draft.past);
      workspace.restartActivity(draft.active_ms, draft.action_ms);
      refresh();
      onDraft?.();
    },
    /** The work is handed in: later gestures belong to the next image. */
    leave() {
      shown = null;
    },
    /** Selects the box an error speaks of. @param {string} where such as 'boxes[3].x2' @param {string} message */
    pointOut(where, message) {
      const place = Number(/boxes\[(\d+)\]/.exec(where)?.[1] ?? -1);
      const box = editor.doc.boxes.filter((entry) => !entry.suggested)[place];
      if (box) editor.select(box.id);
      return box ? `Box ${place + 1}: ${message}` : message;
    },
    /** It could not be handed in: the same image stays open. @param {Seat} seat */
    stay(seat) {
      shown = seat;
    },
  };
}
