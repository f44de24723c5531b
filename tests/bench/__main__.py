"""`make bench`: every measurement in one run, on a scratch database that is dropped at the end."""

from __future__ import annotations

import argparse
import gc
import os
import time


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--rounds", type=int, default=200, help="rounds of submitting a form")
    asked.add_argument(
        "--folds", type=int, nargs="+", default=[1, 10, 100], help="how many times the demonstration's 23 subjects"
    )
    asked.add_argument("--only", choices=("submit", "endpoints", "rule"), help="one measurement alone")
    given = asked.parse_args()

    from deploy.testing import services

    services()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from tests.bench import measure, scratch

    began = time.monotonic()
    with scratch.scratch() as name:
        print(measure.machine())
        if given.only in (None, "submit"):
            from tests.bench import submitting

            gc.collect()
            with scratch.copy_of(name, "submit"):
                submitting.run(rounds=given.rounds)
        if given.only in (None, "endpoints"):
            from tests.bench import refreshing

            with scratch.copy_of(name, "refresh"):
                refreshing.run(folds=given.folds)
        if given.only in (None, "rule"):
            from tests.bench import grading

            grading.run(folds=given.folds)
    print(f"\n{time.monotonic() - began:.0f} s in all.")


main()
