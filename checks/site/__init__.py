"""Site: does it open, do its links and files work, is its text readable, was it seen whole."""
