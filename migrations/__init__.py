"""The schema's history, on SQLite and PostgreSQL alike. Ships as `lms_carbon.migrations`."""
