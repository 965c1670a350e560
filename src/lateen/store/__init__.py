"""Accepted objects per kind, and what was refused with the reasons."""
