"""What each proxy should do, in our own words: frozen values between the users' API and Envoy's.

The plan knows neither Istio's YAML nor Envoy's protobuf, and is smaller than both. Every value is frozen,
hashable and comparable: an equal plan piece is the same Envoy resource (the piece is the cache key).
"""
