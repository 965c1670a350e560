"""Istio's traffic kinds (networking.istio.io)."""
