"""The periodic export: a zip of one CSV a form, the study's own tables and the endpoint tables, with a manifest."""

from collections.abc import Callable, Iterable

# Packages above add their files in AppConfig.ready(): each function yields (name in the zip, bytes). It is called inside
# the export's transaction: REPEATABLE READ, read-only, every site open. The same data must give the same bytes.
extra: list[Callable[[], Iterable[tuple[str, bytes]]]] = []
