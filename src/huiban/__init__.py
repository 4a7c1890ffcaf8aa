"""慧办 (huiban): one engine for a city's digital services; each service is a scenario pack of data."""
