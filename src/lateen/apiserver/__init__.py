"""The embedded Kubernetes API: an HTTP rim over pure rules and one SQLite file."""
