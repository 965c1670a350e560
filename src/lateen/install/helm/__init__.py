"""Helm charts, written from the same functions that make the objects of `lateen install`."""
