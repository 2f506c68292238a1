/** Who is signed in, and signing in or out without leaving the page, by the site's own forms. */

/** @typedef {import('./api.js').User} User */
/** @typedef {{user: User|null, token: string, refusal: string}} Who */

/** A light page that tells who is signed in and carries a fresh token. */
const WHO = '/settings/keys';

/** @param {string} url @param {RequestInit} [how] */
async function reach(url, how) {
  try {
    return await fetch(url, { credentials: 'same-origin', ...how });
  } catch {
    throw new Error('The server cannot be reached. Your work stays here; try again in a moment.');
  }
}

/** What a page of ours says about its reader. @param {Response} reply @returns {Promise<Who>} */
async function read(reply) {
  // Too many tries are refused before any page is made: in one line, or as the API does.
  if (reply.status === 429) {
    const said = await reply.text();
    throw new Error(said.startsWith('{') ? JSON.parse(said).message : said);
  }
  if (!reply.ok) throw new Error(`Server error (${reply.status}). Try again in a moment.`);
  const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
  return {
    user: JSON.parse(page.querySelector('#page-data')?.textContent ?? '{}').user ?? null,
    token: page.querySelector('meta[name="csrf-token"]')?.getAttribute('content') ?? '',
    refusal: page.querySelector('form .field-error, [role="alert"].notice')?.textContent ?? '',
  };
}

/** @param {string} url @param {Record<string, string>} fields */
const send = async (url, fields) =>
  read(await reach(url, { method: 'POST', body: new URLSearchParams(fields) }));

/** Throws an Error with a sentence where the server does not say. */
export const whoIsSignedIn = async () => read(await reach(WHO));

/** Signs this browser in as that person, whoever was signed in before. Throws an Error with a
 * sentence for people. @param {string} username @param {string} password @returns {Promise<User>} */
export async function signIn(username, password) {
  let { user, token } = await whoIsSignedIn();
  if (user?.login === username) return user; // in another tab, meanwhile
  if (user) {
    // The form sends whoever is signed in already away, whatever name is in it.
    ({ token } = await send('/accounts/logout/', { csrfmiddlewaretoken: token }));
  }
  const said = await send('/accounts/login/', {
    csrfmiddlewaretoken: token,
    username,
    password,
    next: WHO,
  });
  if (!said.user) throw new Error(said.refusal.trim() || 'The server did not sign you in.');
  return said.user;
}
