"""`manage.py make_study`: a synthetic study of any size, typed in through the door, to see what the software does with it."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils.translation import gettext as _

from crf.synthetic import load, plan

WIDTH = 30
TURN = 10  # subjects that a process loads at a site before it says so and takes the next site


class Command(BaseCommand):
    """Loads synthetic subjects at synthetic sites; killed, it goes on where it was. The same seed makes the same study."""

    help = (
        "Make a synthetic study (no patients) of any size in a database that holds no real subject. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--subjects", type=int, default=300, help="how many are screened")
        parser.add_argument("--sites", type=int, default=10, help=f"1 to {plan.MOST_SITES}")
        parser.add_argument("--seed", type=int, default=1, help="a whole number; another one makes another study")
        parser.add_argument("--processes", type=int, default=1, help="each takes sites of its own")
        parser.add_argument("--into-empty", action="store_true", help="refuse unless the database holds no subject")

    def handle(self, *args: Any, **options: Any) -> None:
        seed, processes = options["seed"], max(1, options["processes"])
        try:
            centres = plan.plan(subjects=options["subjects"], sites=options["sites"], seed=seed)
            load.check(centres, into_empty=options["into_empty"])
        except (load.NotHere, ValueError) as refused:
            raise CommandError(str(refused)) from None
        load.sites_and_people(centres)
        total, there = load.Count(), load.already(centres)
        marks = [(time.monotonic(), 0)]
        for count in _all(centres, seed=seed, processes=processes):
            total.add(count)
            marks.append((time.monotonic(), total.forms))
            self._show(there + total.subjects, options["subjects"], total, speed(marks))
        self.stderr.write("")
        words = _(
            "%(subjects)s subjects, %(forms)s forms; %(refused)s forms were refused and typed again,"
            " %(slips)s wrong ones were taken, %(late)s came in late."
        )
        self.stdout.write(words % asdict(total))
        fifth = max(2, len(marks) // 5)
        words = _(
            "%(seconds)d seconds; forms a second: %(whole)d on the whole, %(first)d in the first fifth, %(last)d in the last."
        )
        self.stdout.write(
            words
            % {
                "seconds": round(marks[-1][0] - marks[0][0]),
                "whole": speed(marks),
                "first": speed(marks[:fifth]),
                "last": speed(marks[-fifth:]),
            }
        )

    def _show(self, done: int, of: int, total: load.Count, forms_a_second: float) -> None:
        full = WIDTH * done // of
        bar = f"[{'#' * full}{'.' * (WIDTH - full)}]"
        line = f"\r  synthetic study  {bar}  {done}/{of}  {total.forms} forms  {forms_a_second:.0f}/s "
        self.stderr.write(line, ending="")
        self.stderr.flush()


def speed(marks: Sequence[tuple[float, int]]) -> float:
    """Forms a second between the first and the last of these (time, forms so far)."""
    return (marks[-1][1] - marks[0][1]) / max(marks[-1][0] - marks[0][0], 0.001)


def _all(centres: tuple[plan.Centre, ...], *, seed: int, processes: int) -> Iterator[load.Count]:
    """What every subject was, as it is loaded; with several processes, what some of a site were, in turns."""
    if processes == 1:
        for centre in centres:
            yield from load.subjects_of(centre, seed=seed)
        return
    connections.close_all()  # a connection belongs to one process
    by_fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=by_fork) as pool:
        # A site is in one process at a time: its counter numbers the subjects one after another.
        under_way: dict[Future[load.Count], plan.Centre] = {pool.submit(_turn, one, seed): one for one in centres}
        while under_way:
            for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                centre = under_way.pop(done)
                yield done.result()
                if done.result().subjects == TURN:
                    under_way[pool.submit(_turn, centre, seed)] = centre


def _turn(centre: plan.Centre, seed: int) -> load.Count:
    """The next subjects of a site, in a process that keeps its connection from turn to turn."""
    total = load.Count()
    for count in islice(load.subjects_of(centre, seed=seed), TURN):
        total.add(count)
    return total
