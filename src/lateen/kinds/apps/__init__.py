"""Kubernetes' workload kinds."""
