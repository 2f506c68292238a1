/** Requests to the server: token, time limit, and errors that say what kind they are. */

import { whoIsSignedIn } from '../../common/account.js';
import { asked, secondsAsked } from '../../common/busy.js';

/** @typedef {'offline'|'busy'|'signed_out'|'refused'} ErrorKind
 * offline and busy are worth another try; signed_out waits for a person; refused needs one. */

const TIMEOUT_MS = 20_000;
/** Browsers let at most 64 KiB of requests outlive their page. */
const OUTLIVES = 60_000;

export class ApiError extends Error {
  /** @param {ErrorKind} kind @param {string} message @param {{code?: string, where?: string|null, status?: number, retryAfter?: number|null}} [more] */
  constructor(kind, message, more = {}) {
    super(message);
    this.kind = kind;
    this.code = more.code ?? kind;
    this.where = more.where ?? null;
    this.status = more.status ?? 0;
    /** Seconds the server asked to wait. @type {number|null} */
    this.retryAfter = more.retryAfter ?? null;
  }
}

/** @param {object} page
 * @param {number} page.userId the owner of everything this page sends
 * @param {(trouble: ErrorKind|null) => void} [page.onAnswer] after every request, how it went
 * @param {import('../../common/sign-in.js').AskToSignIn} [page.signIn] a request that meets the end of the
 *   session waits for it, and is sent once more */
export function createApi({ userId, onAnswer = () => {}, signIn }) {
  let token = document.querySelector('meta[name="csrf-token"]')?.getAttribute('content') ?? '';

  /** @param {string} method @param {string} url @param {unknown} body @param {boolean} outlive */
  const attempt = async (method, url, body, outlive) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    try {
      return await fetch(url, {
        method,
        keepalive: outlive && (text?.length ?? 0) < OUTLIVES,
        credentials: 'same-origin',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          'X-CSRFToken': token,
        },
        body: text,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new ApiError('offline', 'The server cannot be reached.');
    }
  };

  /** After a new sign-in the old token is dead; the new one must be the same person's. */
  const renewToken = async () => {
    const who = await whoIsSignedIn().catch(() => null);
    if (who?.user?.id !== userId) return false;
    token = who.token;
    return true;
  };

  /** @param {string} method @param {string} url @param {unknown} [body]
   * @param {{outlive?: boolean}} [how] outlive: it is sent though the page is being left
   * @returns {Promise<any>} */
  const request = async (method, url, body, { outlive = false } = {}) => {
    try {
      const said = await ask(method, url, body, outlive).catch(async (error) => {
        const signedOut = error instanceof ApiError && error.kind === 'signed_out';
        if (!signIn || !signedOut || !(await signIn())) throw error;
        return ask(method, url, body, outlive);
      });
      onAnswer(null);
      return said;
    } catch (error) {
      onAnswer(error instanceof ApiError ? error.kind : null);
      throw error;
    }
  };

  /** @param {string} method @param {string} url @param {unknown} body @param {boolean} outlive */
  const ask = async (method, url, body, outlive) => {
    let reply = await attempt(method, url, body, outlive);
    if (reply.status === 429) {
      await asked(reply);
      reply = await attempt(method, url, body, outlive);
    }
    if (reply.status === 403 && method !== 'GET') {
      if (!(await renewToken()))
        throw new ApiError('signed_out', 'You were signed out.', { status: 403 });
      reply = await attempt(method, url, body, outlive);
    }
    if (reply.ok) return reply.status === 204 ? null : reply.json();
    throw await errorOf(reply);
  };

  return {
    request,
    /** @param {string} url */
    get: (url) => request('GET', url),
    /** @param {string} url @param {unknown} [body] */
    post: (url, body = {}) => request('POST', url, body),
  };
}

/** @param {Response} reply */
async function errorOf(reply) {
  const said = await reply.json().catch(() => ({}));
  const message = said.message || said.detail || `The server answered ${reply.status}.`;
  const more = {
    code: said.code,
    where: said.where,
    status: reply.status,
    retryAfter: secondsAsked(reply),
  };
  if (reply.status === 401) return new ApiError('signed_out', 'You were signed out.', more);
  if (reply.status >= 500 || reply.status === 429 || reply.status === 408) {
    return new ApiError('busy', message, more);
  }
  return new ApiError('refused', message, more);
}
