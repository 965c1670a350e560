"""Facts of the mesh, whatever they were written as: services, workloads, endpoints, mesh settings."""
