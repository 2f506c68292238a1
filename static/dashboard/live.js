/** News of a job by WebSocket; by asking every few seconds while the socket is down. */

const POLL_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The server pings every 20 s; without a sign for this long the line is dead, whatever it says. */
const SILENT_MS = 50_000;

/** @typedef {{socket: boolean, lastAt: number|null}} LiveState lastAt: ms of the last good news */

/**
 * @param {object} parts
 * @param {string} parts.path of the socket
 * @param {() => Promise<import('../common/api.js').Snapshot>} parts.poll the same news by HTTP
 * @param {(news: import('../common/api.js').Snapshot) => void} parts.onNews
 * @param {(state: LiveState) => void} parts.onState
 */
export function listenLive({ path, poll, onNews, onState }) {
  /** @type {WebSocket|null} */
  let socket = null;
  let failures = 0;
  let heardAt = 0;
  /** @type {number|null} */
  let lastAt = null;

  const isUp = () => socket?.readyState === WebSocket.OPEN;
  const tell = () => onState({ socket: isUp(), lastAt });

  /** @param {any} news */
  const take = (news) => {
    lastAt = Date.now();
    onNews(news);
    tell();
  };

  const connect = () => {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const opened = new WebSocket(`${scheme}//${location.host}${path}`);
    socket = opened;
    opened.addEventListener('open', () => {
      heardAt = Date.now();
      tell();
    });
    opened.addEventListener('message', (event) => {
      // Not at the opening: whom the server turns away is let in first, and told then.
      failures = 0;
      heardAt = Date.now();
      const message = JSON.parse(event.data);
      if (message.type === 'snapshot') take(message.snapshot);
      else {
        // A ping says: nothing changed, and what is shown is still true.
        lastAt = heardAt;
        tell();
      }
    });
    opened.addEventListener('close', () => {
      failures += 1;
      tell();
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
      setTimeout(connect, longest * (0.5 + Math.random() / 2));
    });
  };

  const ask = async () => {
    if (isUp() && Date.now() - heardAt > SILENT_MS) socket?.close();
    if (isUp() || document.hidden) return;
    try {
      take(await poll());
    } catch {
      tell();
    }
  };

  connect();
  setInterval(ask, POLL_MS);
}
