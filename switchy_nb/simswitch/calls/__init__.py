"""Calls: channels with their states, applications that run on them, bridges, and how they are placed."""
