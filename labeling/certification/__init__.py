"""The proof of a closing round: audit plan, test, certificate."""
