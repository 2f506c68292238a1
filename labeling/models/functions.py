"""Database functions that Django has no word for."""

from typing import Any

from django.db.models import FloatField, Func


class BoxCount(Func):
    """Number of elements of a JSON array, on SQLite and PostgreSQL."""

    function = "json_array_length"
    output_field = FloatField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL's jsonb spelling."""
        return self.as_sql(compiler, connection, function="jsonb_array_length", **extra)
