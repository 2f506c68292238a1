"""Pure: audit plan, betting test, exact test, noise correction, document, verification."""
