"""Kinds of apiextensions.k8s.io: which other kinds there are."""
