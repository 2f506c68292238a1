"""What a command says whose database is not there, or older than the program."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


class DatabaseCommand(BaseCommand):
    """A command that works on the program's tables; where they lack it ends with a sentence."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """As any command; what a failing database lacks is only looked for once it has failed."""
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            lacking = _what_lacks()
            if not lacking:
                raise
            raise CommandError(lacking) from error


def _what_lacks() -> str:
    """Why the database cannot be worked with, and what helps; empty where it can."""
    sqlite = connection.vendor == "sqlite"
    database = connection.settings_dict
    place = database["NAME"] if sqlite else f"{database['HOST'] or 'localhost'}/{database['NAME']}"
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        return f"The database {place} cannot be reached: {str(error).strip()}"
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ""
    variable = "LABELING_DATA" if sqlite else "DATABASE_URL"
    return (
        f"The database {place} is not set up, or not since the last update: run manage.py migrate, "
        f"or give {variable} the value that the server runs with."
    )
