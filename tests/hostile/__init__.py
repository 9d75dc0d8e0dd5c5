"""Servers that misbehave on purpose, on loopback only. One case, one behaviour."""
