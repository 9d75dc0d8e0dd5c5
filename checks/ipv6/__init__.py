"""IPv6: names, addresses, the home page over IPv6, and what it links to."""
