"""A real Kubernetes API server for tests: found or started, shared by a run's workers, gone when the last has ended."""
