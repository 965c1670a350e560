"""The kinds of the Kubernetes Gateway API. https://gateway-api.sigs.k8s.io/reference/spec/"""
