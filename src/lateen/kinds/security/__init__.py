"""Istio's security kinds (security.istio.io)."""
