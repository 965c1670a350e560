"""Istio's telemetry kinds (telemetry.istio.io)."""
