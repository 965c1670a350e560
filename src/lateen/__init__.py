"""Lateen: a service mesh that speaks Istio's API, with stock Envoy as its data plane."""
