"""The database: models, migrations and the few hot statements in SQL per dialect."""
