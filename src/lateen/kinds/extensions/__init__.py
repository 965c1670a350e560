"""Istio's kinds that extend proxies with code (extensions.istio.io)."""
