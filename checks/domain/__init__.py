"""Domain names and identity: names and their records, HTTPS, footer elements, official tags."""
