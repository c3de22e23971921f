"""Questions that almost every request asks: put together by the ORM once, then asked as SQL.

The ORM takes longer to put such a question together than the database to answer it.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)

# Numbers that no row has, put where a key belongs; the SQL is then asked with the key itself.
STAND_IN = -(2**62)

Converters = dict[int, tuple[list[Callable[..., Any]], Any]]


class CompiledRows:
    """The rows of a queryset of `.values()` that differs from call to call in one key only.

    `build(key, *shape)` returns the queryset, and so still says what is asked. Each `shape` is put
    together once; the key must be a whole number (a primary key), used any number of times.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self.build = build
        self.known: dict[Hashable, tuple[str, tuple[Any, ...], list[str], Converters]] = {}

    def rows(self, key: int, *shape: Hashable) -> list[dict[str, Any]]:
        """Return the rows as dictionaries, by one query."""
        known = self.known.get(shape) or self.compile(shape)
        sql, parameters, names, converters = known
        connection = connections["default"]
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if each == STAND_IN else each for each in parameters])
            rows: Iterable[Any] = cursor.fetchall()
        if converters:
            rows = (_converted(row, converters, connection) for row in rows)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def compile(
        self, shape: tuple[Hashable, ...]
    ) -> tuple[str, tuple[Any, ...], list[str], Converters]:
        """Put the SQL for one shape together, and keep it."""
        query = self.build(STAND_IN, *shape).query
        compiler = query.get_compiler("default")
        sql, parameters = compiler.as_sql()
        names = [*query.extra_select, *query.values_select, *query.annotation_select]
        columns = [expression for expression, _, _ in compiler.select]
        converters = compiler.get_converters(columns)
        self.known[shape] = known = (sql, tuple(parameters), names, converters)
        return known


class CompiledObjects:
    """The objects of a queryset, `select_related()` included, put together once.

    `build(key)` returns the queryset; like `CompiledRows` it may differ in one whole-number key.
    """

    def __init__(self, build: Callable[[int], QuerySet[Any]]) -> None:
        self.build = build
        self.known: tuple[str, tuple[Any, ...], Any] | None = None

    def objects(self, key: int = STAND_IN) -> list[Any]:
        """Return the objects, by one query."""
        sql, parameters, hydrate = self.known or self.compile()
        connection = connections["default"]
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if each == STAND_IN else each for each in parameters])
            return [hydrate(row, connection) for row in cursor.fetchall()]

    def compile(self) -> tuple[str, tuple[Any, ...], Callable[..., Any]]:
        """Put the SQL together, and keep it with what makes objects of its rows."""
        compiler = self.build(STAND_IN).query.get_compiler("default")
        sql, parameters = compiler.as_sql()
        select, info = compiler.select, compiler.klass_info
        converters = compiler.get_converters([expression for expression, _, _ in select])
        first, *_, last = info["select_fields"]
        names = [select[place][0].target.attname for place in range(first, last + 1)]
        populators = get_related_populators(info, select, "default")  # type: ignore[call-arg]  # of Django 6

        def hydrate(row: Any, connection: Any) -> Any:
            values = _converted(row, converters, connection) if converters else row
            one = info["model"].from_db("default", names, values[first : last + 1])
            for populator in populators:
                populator.populate(values, one)
            return one

        self.known = known = (sql, tuple(parameters), hydrate)
        return known


def _converted(row: Any, converters: Converters, connection: Any) -> list[Any]:
    values = list(row)
    for place, (steps, expression) in converters.items():
        for step in steps:
            values[place] = step(values[place], expression, connection)
    return values


def objects_of(model: type[Row], sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Return the objects that a written-out query finds: `Manager.raw()` at a fifth of its cost.

    `sql` selects all columns of the model and perhaps more, which become attributes.
    """
    connection = connections["default"]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
        if not rows:
            return []
        places, extra, converters = _layout(
            model, tuple(column[0] for column in cursor.description), connection.vendor
        )
    found = []
    for row in rows:
        values = _converted(row, converters, connection) if converters else row
        one = model.from_db("default", (), [values[place] for place in places])
        for name, place in extra:
            setattr(one, name, values[place])
        found.append(one)
    return found


@cache
def _layout(
    model: type[Model], names: tuple[str, ...], vendor: str
) -> tuple[list[int], list[tuple[str, int]], Converters]:
    """Return where the model's columns are in a row, what else is there, and what to convert."""
    connection = connections["default"]
    fields = model._meta.concrete_fields
    places = [names.index(field.column) for field in fields]
    extra = [(name, place) for place, name in enumerate(names) if place not in places]
    converters: Converters = {}
    for field, place in zip(fields, places, strict=True):
        column = field.get_col(model._meta.db_table)
        backend = connection.ops.get_db_converters(column)
        if steps := backend + column.get_db_converters(connection):
            converters[place] = (steps, column)
    return places, extra, converters


def set_columns(model: type[Model], pk: int, **values: Any) -> None:
    """Store the named fields of one row: `filter(pk=pk).update()` at a fifth of its cost."""
    connection = connections["default"]
    quote = connection.ops.quote_name
    meta = model._meta
    fields = [meta.get_field(name) for name in values]
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)  # type: ignore[union-attr]
    prepared = [
        field.get_db_prep_save(value, connection)  # type: ignore[union-attr]
        for field, value in zip(fields, values.values(), strict=True)
    ]
    key = quote(str(meta.pk.column))
    statement = f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {key} = %s"  # noqa: S608  names of the model
    with connection.cursor() as cursor:
        cursor.execute(statement, [*prepared, pk])


def set_columns_of(objects: Sequence[Model], names: Sequence[str]) -> None:
    """Store the named fields of many rows of one model by one statement.

    `bulk_update()` at a fraction of its cost.
    """
    model = type(objects[0])
    connection = connections["default"]
    quote = connection.ops.quote_name
    meta = model._meta
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    given = [f"given.column{place}" for place in range(1, len(fields) + 1)]
    if connection.vendor == "postgresql":  # a column of nulls only would be text
        given = [
            f"CAST({column} AS {field.cast_db_type(connection)})"
            for column, field in zip(given, fields, strict=True)
        ]
    columns = [quote(str(field.column)) for field in fields]
    settings = ", ".join(
        f"{column} = {value}" for column, value in zip(columns[1:], given[1:], strict=True)
    )
    marks = f"({', '.join(['%s'] * len(fields))})"
    table = quote(meta.db_table)
    statement = (
        f"UPDATE {table} SET {settings}"  # noqa: S608  names of the model
        f" FROM (VALUES {', '.join([marks] * len(objects))}) AS given"
        f" WHERE {table}.{columns[0]} = {given[0]}"
    )
    values = [
        field.get_db_prep_save(getattr(one, field.attname), connection)
        for one in objects
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def insert(objects: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """Store new objects of one model by one statement, without the signals of `save()`.

    Without `ignore_conflicts` each object gets the key that the database gave it, unless they
    bring theirs. What the database refuses raises as `save()` does, for instance `IntegrityError`.
    """
    model = type(objects[0])
    connection = connections["default"]
    key = model._meta.auto_field if objects[0].pk is None else None
    head, fields = _insertion(model, key, connection.vendor)
    marks = f"({', '.join(['%s'] * len(fields))})"
    tail = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    if key and not ignore_conflicts:
        tail = f" RETURNING {connection.ops.quote_name(str(key.column))}"
    values = [
        field.get_db_prep_save(field.pre_save(one, True), connection)  # noqa: FBT003
        for one in objects
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"{head} VALUES {', '.join([marks] * len(objects))}{tail}", values)
        keys = cursor.fetchall() if " RETURNING " in tail else []
    for one in objects:
        one._state.adding, one._state.db = False, "default"
    for one, (number,) in zip(objects, keys, strict=bool(keys)):
        one.pk = number


@cache
def _insertion(model: type[Model], key: Any, vendor: str) -> tuple[str, list[Any]]:
    """Return how the statement begins and the fields to fill: all but the key that is made."""
    quote = connections["default"].ops.quote_name
    fields = [field for field in model._meta.concrete_fields if field is not key]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns})", fields
