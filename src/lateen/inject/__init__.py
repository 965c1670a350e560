"""Put the proxy into pods, as Istio's injector does: pod + namespace + settings in, pod out. Pure."""
