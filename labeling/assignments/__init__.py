"""Images in the hands of annotators: claims, answers, drafts, overlap, blind controls, timing."""
