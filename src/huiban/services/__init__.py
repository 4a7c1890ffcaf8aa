"""Errands: one errand of one actor is one function and one transaction."""
