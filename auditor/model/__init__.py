"""The values that flow through an audit. Standard library only; every type is frozen."""
