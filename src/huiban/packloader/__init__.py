"""Strict YAML to kernel values: all problems at once, each with file, line, field and cure."""
