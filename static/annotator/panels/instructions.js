/** A job's instructions open by themselves once, and again after they were changed. */

/** @param {import('../workspace.js').Workspace} workspace
 * @param {ReturnType<typeof import('../sync/api.js').createApi>} api
 * @param {import('../../common/api.js').Job} job */
export function showFirst(workspace, api, job) {
  workspace.showInstructions();
  const read = { digest: job.instructions_digest };
  // Unread is what it stays where this fails: then it is shown once more.
  api.request('PUT', `/api/jobs/${job.slug}/instructions/read`, read).catch(() => {});
}
