"""Clients of the Event Socket: what they order and hear, the log, and what goes wrong on the way."""
