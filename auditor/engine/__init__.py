"""One site audit from the first request to the verdict, and how many of them run at once."""
