"""All network and browser work. Everything here turns errors into values."""
