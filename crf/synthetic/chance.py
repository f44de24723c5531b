"""Chance that is the same on every machine: whole numbers and plain fractions of a seeded generator, no function of the system's libm."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

One = TypeVar("One")


class Chance:
    """Draws for one purpose; two with the same key draw the same."""

    def __init__(self, *key: object) -> None:
        # A text is hashed by its bytes (SHA-512), not by Python's own hash, which changes from process to process.
        self._random = random.Random("/".join(map(str, key)))

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, all equally likely."""
        return low + int(self._random.random() * (high - low + 1))

    def around(self, low: int, high: int) -> int:
        """A whole number from low to high, those in the middle more likely."""
        return (self.between(low, high) + self.between(low, high) + self.between(low, high)) // 3

    def happens(self, per_thousand: int) -> bool:
        """Whether something happens that does so many times in a thousand."""
        return self._random.random() * 1000 < per_thousand

    def one_of(self, choices: Sequence[One]) -> One:
        """One of these, all equally likely."""
        return choices[self.between(0, len(choices) - 1)]

    def weighed(self, weights: Mapping[One, int]) -> One:
        """One of these, as often as its weight says."""
        left = self.between(1, sum(weights.values()))
        for one, weight in weights.items():
            left -= weight
            if left <= 0:
                return one
        raise ValueError("no weights")
