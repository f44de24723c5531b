"""`make bench`: every measurement in one run, on a scratch database that is dropped at the end."""

from __future__ import annotations

import argparse
import gc
import os
import time


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument(
        "--rounds", type=int, default=200, help="rounds of submitting a CRS form; a tenth for every form"
    )
    asked.add_argument(
        "--folds", type=int, nargs="+", default=[1, 10, 100], help="how many times the demonstration's 23 subjects"
    )
    asked.add_argument("--people", type=int, nargs="+", default=[20, 50], help="at once, in the measurement of load")
    asked.add_argument(
        "--only",
        choices=("submit", "forms", "endpoints", "rule", "frames", "verdicts", "study", "pages", "load"),
        help="one measurement alone",
    )
    given = asked.parse_args()

    from deploy.testing import services

    services()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from tests.bench import frames, measure, scratch

    began = time.monotonic()
    with scratch.scratch() as name:
        print(measure.machine())
        if given.only in (None, "frames"):
            frames.run()
        if given.only in (None, "submit"):
            from tests.bench import submitting

            gc.collect()
            with scratch.copy_of(name, "submit"):
                submitting.run(rounds=given.rounds)
        if given.only in (None, "study"):
            from tests.bench import growing

            growing.run(name, folds=given.folds)
        if given.only in (None, "forms", "endpoints", "rule", "verdicts", "pages", "load"):
            with scratch.demonstration(name) as loaded:
                _on_the_demonstration(loaded, given)
    print(f"\n{time.monotonic() - began:.0f} s in all.")


def _on_the_demonstration(loaded: str, given: argparse.Namespace) -> None:
    """What is measured on the loaded study, each on a copy of its own."""
    from tests.bench import scratch

    if given.only in (None, "forms"):
        from tests.bench import every_form

        gc.collect()
        with scratch.copy_of(loaded, "forms"):
            every_form.run(rounds=max(1, given.rounds // 10))
    if given.only in (None, "endpoints"):
        from tests.bench import refreshing

        with scratch.copy_of(loaded, "refresh"):
            refreshing.run(folds=given.folds)
    if given.only in (None, "rule"):
        from tests.bench import grading

        with scratch.copy_of(loaded, "rule"):
            grading.run(folds=given.folds)
    if given.only in (None, "pages"):
        from tests.bench import pages

        with scratch.copy_of(loaded, "pages"):
            pages.run(folds=given.folds)
    if given.only in (None, "load"):
        from tests.bench import load

        with scratch.copy_of(loaded, "load"):
            load.run(people=given.people, name=f"{loaded}_load")
    if given.only in (None, "verdicts"):
        from tests.bench import verdicts

        with scratch.copy_of(loaded, "verdicts"):
            verdicts.run()


main()
