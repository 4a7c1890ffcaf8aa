"""Work outside the request: the worker that empties the outbox and the periodic sweeps."""
