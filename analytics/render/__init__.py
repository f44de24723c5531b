"""Tables as pages and files; every one of them says from which data it was made, and by which software."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from analytics import registry
from analytics.layout import Table


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where a table comes from: time and content hash of the snapshot, software version, and which sites it holds."""

    taken_at: datetime
    content_hash: str
    software_version: str
    demonstration: bool
    scope: str

    @property
    def when(self) -> str:
        """Time of the snapshot in UTC."""
        return f"{self.taken_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def demonstration() -> str:
    """The label that everything made from the demonstration study wears."""
    return _("Demonstration study: reconstructed data, not patients.")


def stamp_lines(stamp: Stamp) -> Iterator[tuple[str, str]]:
    """The stamp as pairs of name and value, in the reader's language."""
    yield _("Snapshot"), stamp.when
    yield _("Content hash"), stamp.content_hash
    yield _("Software version"), stamp.software_version
    yield _("Data"), stamp.scope
    if stamp.demonstration:
        yield _("Note"), demonstration()


def option_lines(table: Table) -> Iterator[tuple[str, str]]:
    """The population and every option chosen, as pairs of name and value, in the order in which they are offered."""
    yield _("Population"), str(table.population)
    for option in registry.find(table.name).options if table.options else ():
        if option.name != "population":
            yield str(option.label), str(option.choices[table.options[option.name]])


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one that starts like a formula gets an apostrophe in front."""
    # The characters that start a formula or a command in spreadsheets: OWASP, CSV injection.
    if text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return f"'{text}"
    return text
