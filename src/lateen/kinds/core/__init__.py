"""Kubernetes' own kinds, as far as a mesh reads them."""
