"""慧办 (huiban): one engine for a city's services; each service is a scenario pack of data."""
