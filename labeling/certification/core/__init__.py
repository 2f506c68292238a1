"""Pure: audit plan, betting test, exact test, anchoring, document, verification."""
