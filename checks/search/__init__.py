"""Site search: found, answering, finding what is there, and behaving well."""
