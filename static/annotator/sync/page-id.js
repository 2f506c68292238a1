/** Names this page, so that tabs, drafts and leases can tell it from the person's other pages. */

// Over plain HTTP browsers offer no randomUUID.
export const PAGE_ID = crypto.randomUUID?.() ?? String(Math.random());
