"""The web server's own layers: what stands between a socket and Django's threads."""
