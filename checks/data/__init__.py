"""Rule data: schemes, column templates and lexicons, as YAML."""
