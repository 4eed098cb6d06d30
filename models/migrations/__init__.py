"""The history of the tables, in Alembic's form; `models.database.upgrade` runs it."""
