"""The API for programs: everything that a project admin does by hand, one file a resource."""
