"""Pure derivations: bytes to `PageFacts`, pages to columns, identity, broken links and titles."""
