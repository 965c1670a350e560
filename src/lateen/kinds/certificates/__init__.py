"""Kinds of certificates.k8s.io: who asks for certificates."""
