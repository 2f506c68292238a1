/** Sends the drawing of a blind check: only the server's answer tells what the label has besides. */

import { ApiError } from '../annotator/sync/api.js';
import { PAGE_ID } from '../annotator/sync/page-id.js';

/** @typedef {import('../common/api.js').Audit} Audit */
/** @typedef {import('../common/api.js').Box} Box */
/** @typedef {import('../annotator/sync/api.js').ErrorKind} ErrorKind */
/** @typedef {{audit: Audit, boxes: Box[]}} Sent */

const AGAIN_MS = 3_000;

/**
 * @param {object} parts
 * @param {Pick<ReturnType<typeof import('../annotator/sync/api.js').createApi>, 'request'>} parts.api
 * @param {(trouble: ErrorKind) => void} parts.onWaiting it is sent again by itself
 * @param {(audit: Audit) => void} parts.onStored the check holds its drawing and what that reveals
 * @param {(error: ApiError) => void} parts.onRefused
 * @param {(run: () => void, ms: number) => unknown} [parts.later]
 */
export function createDrawing({ api, onWaiting, onStored, onRefused, later = setTimeout }) {
  /** @type {Sent|null} */
  let waiting = null;
  /** What is on its way just now. @type {Sent|null} */
  let flying = null;

  const again = async () => {
    const sent = waiting;
    if (!sent || flying === sent) return;
    flying = sent;
    const { audit, boxes } = sent;
    const body = { boxes, page: PAGE_ID };
    try {
      const { revealed } = await api.request('PUT', `/api/audits/${audit.id}/drawing`, body);
      Object.assign(audit, { drawn: boxes, revealed });
      if (waiting !== sent) return;
      waiting = null;
      onStored(audit);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (waiting !== sent) return;
      if (error.kind === 'refused') {
        waiting = null;
        onRefused(error);
        return;
      }
      onWaiting(error.kind);
      // Who signs in again is noticed by the next request that the server answers.
      if (error.kind !== 'signed_out') later(again, (error.retryAfter ?? 0) * 1000 || AGAIN_MS);
    } finally {
      if (flying === sent) flying = null;
    }
  };

  return {
    /** Until the server has it: what it may have got already is never sent changed.
     * @param {Audit} audit @param {Box[]} boxes */
    send(audit, boxes) {
      waiting = { audit, boxes };
      return again();
    },
    again,
    /** The check is not open any more. */
    stop() {
      waiting = null;
    },
  };
}

/** @param {ErrorKind} trouble @param {unknown} cause why nothing is kept here, if so
 * @param {() => void} again @returns {import('../annotator/panels/banner.js').Message|null} */
export function drawingWaits(trouble, cause, again) {
  // The offer to sign in says it already.
  if (trouble === 'signed_out') return null;
  const why = trouble === 'offline' ? 'You are offline' : 'The server is busy';
  const where = cause ? 'is on this page only: keep it open' : 'is saved here';
  return {
    text: `${why}. Your drawing ${where}. The rest of this check waits for the server.`,
    actions: [{ label: 'Try now', run: again }],
  };
}

/** @param {ApiError} error @param {() => void} next
 * @returns {import('../annotator/panels/banner.js').Message} */
export function drawingRefused(error, next) {
  if (error.status === 404)
    return {
      text: 'This check was given to someone else, who draws it anew. Your drawing is not used.',
      tone: 'bad',
      actions: [{ label: 'Next image', run: next }],
    };
  const reload = { label: 'Reload', run: () => location.reload() };
  return {
    text: error.message,
    tone: 'bad',
    actions: error.code === 'conflict' ? [reload] : [],
  };
}
