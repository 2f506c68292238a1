"""Database functions that Django has no word for."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FloatField, Func
from django.db.models.sql.compiler import SQLCompiler


class BoxCount(Func):
    """Number of elements of a JSON array, on SQLite and PostgreSQL."""

    function = "json_array_length"
    output_field = FloatField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: str
    ) -> tuple[str, tuple[str | int, ...]]:
        """PostgreSQL's jsonb spelling."""
        return self.as_sql(compiler, connection, function="jsonb_array_length", **extra)
