"""The API for programs: what a project admin does by hand, one file a resource."""
