"""Answers for people: which rules count and why, what a call comes to. Data in, data out; others print it."""
