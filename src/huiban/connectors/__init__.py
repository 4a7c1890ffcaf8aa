"""The neighbours: one module each, a small Protocol with the real thing behind it."""
