"""Accessibility: what the source shows on every page, and what axe finds in a browser."""
