"""Effective policies of workloads: what the rules of several levels come to."""
