/** Sends files to a job's import: in parts that are tried again, so that a lost connection costs one part. */

const PART_FILES = 200;
const PART_BYTES = 64 * 1024 ** 2;
const WAITS_MS = [1000, 4000, 15_000]; // before a part is sent again

/** What the server will not take differently the next time. */
export class Refused extends Error {}

/** @param {File[]} files @returns {File[][]} in order, each small enough to be sent again */
export function partsOf(files) {
  /** @type {File[][]} */
  const parts = [];
  let bytes = 0;
  for (const file of files) {
    const part = parts.at(-1);
    if (part && part.length < PART_FILES && bytes + file.size <= PART_BYTES) {
      part.push(file);
      bytes += file.size;
    } else {
      parts.push([file]);
      bytes = file.size;
    }
  }
  return parts;
}

/** @param {'POST'|'PUT'} method @param {string} url @param {string} boxes what becomes of boxes
 * @param {File[]} files @param {(bytes: number) => void} onSent bytes of these files so far */
function sendOnce(method, url, boxes, files, onSent) {
  const form = new FormData();
  if (boxes) form.append('boxes', boxes);
  for (const file of files) form.append('files', file);
  const token = document.querySelector('input[name=csrfmiddlewaretoken]');
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader('X-CSRFToken', /** @type {HTMLInputElement} */ (token).value);
    request.responseType = 'json';
    request.upload.addEventListener('progress', (step) => onSent(step.loaded));
    request.addEventListener('load', () => {
      const { status, response } = request;
      if (status < 300) return done(response);
      const said = response?.message ?? `The server refused the upload (${status}).`;
      const again = status >= 500 || status === 408 || status === 429;
      failed(again ? new Error(said) : new Refused(said));
    });
    request.addEventListener('error', () =>
      failed(new Error('The connection to the server was lost.')),
    );
    request.send(form);
  });
}

/** @param {() => Promise<any>} send */
async function persist(send) {
  for (const wait of WAITS_MS) {
    try {
      return await send();
    } catch (error) {
      if (error instanceof Refused) throw error;
      await new Promise((later) => setTimeout(later, wait));
    }
  }
  return send();
}

/**
 * An upload that may be run again after a failure: what has arrived is not sent twice.
 * @param {{url: string, files: File[], boxes?: string, onProgress: (share: number) => void}} what
 */
export function createUpload({ url, files, boxes = '', onProgress }) {
  const isZip = (/** @type {File} */ file) => /\.zip$/i.test(file.name);
  const loose = files.filter((file) => !isZip(file));
  const name = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const total = Math.max(
    1,
    files.reduce((sum, file) => sum + file.size, 0),
  );
  let arrived = 0;
  /** @param {'POST'|'PUT'} method @param {string} to @param {File[]} some */
  const task = (method, to, some) => {
    const size = some.reduce((sum, file) => sum + file.size, 0);
    return async () => {
      const uses = method === 'POST' ? boxes : '';
      await persist(() =>
        sendOnce(method, to, uses, some, (sent) =>
          onProgress((arrived + Math.min(sent, size)) / total),
        ),
      );
      arrived += size;
    };
  };
  // an archive is an import of its own; loose files are one, whatever number of parts they take
  const left = [
    ...partsOf(loose).map((part, i) => task('PUT', `${url}/${name}/${i}`, part)),
    ...(loose.length ? [task('POST', `${url}/${name}`, [])] : []),
    ...files.filter(isZip).map((zip) => task('POST', url, [zip])),
  ];
  return async () => {
    while (left.length) {
      await left[0]();
      left.shift();
    }
  };
}
