"""Published results beside computed ones: agreement at the published precision, and honest silence about the rest."""

from analytics import published, registry
from analytics.layout import Column, Row, Table, count_percent
from analytics.registry import Cut


def table_of(any_grade: int, low: int, high: int, total: int) -> Table:
    """A table of CRS by grade with the counts given."""
    rows = tuple(
        Row(key, (count_percent([f"01-{i:03d}" for i in range(1, n + 1)], total),), key=key)
        for key, n in (("any", any_grade), ("grade_1_2", low), ("grade_3_plus", high))
    )
    return Table("crs_by_grade", "CRS", (Column("all", "All", total),), rows, (), "", "", {"population": "treated"})


def lines(tables):
    return {line.published.key: line for line in published.compare(tables)}


def test_every_line_of_the_file_is_shown_in_its_order():
    assert [line.published.key for line in published.compare({})] == [line.key for line in published.published()]
    assert len(published.published()) == 20
    assert published.published()[0].value == "87"


def test_20_15_and_5_of_23_agree_with_87_65_and_22_percent():
    # Mei H, Li C, et al. J Hematol Oncol 2021;14:161: 20 of 23, 15 of 23; 5 of 23 by subtraction.
    found = lines({"crs_by_grade": table_of(20, 15, 5, 23)})
    assert [(found[key].shown, found[key].agrees) for key in ("crs_any", "crs_grade_1_2", "crs_grade_3_plus")] == [
        ("87", True), ("65", True), ("22", True),
    ]  # fmt: skip
    assert len(found["crs_any"].subjects) == 20
    assert (found["crs_any"].place.endpoint, found["crs_any"].place.row) == ("crs_by_grade", "any")


def test_one_subject_more_does_not_agree():
    found = lines({"crs_by_grade": table_of(21, 15, 6, 23)})
    assert found["crs_any"].agrees is False
    assert found["crs_grade_1_2"].agrees is True


def test_the_same_percentage_of_other_counts_does_not_agree():
    # 40 of 46 is 87 % as well, but it is not 20 of 23.
    assert lines({"crs_by_grade": table_of(40, 30, 10, 46)})["crs_any"].agrees is False


def test_what_is_not_computed_yet_says_nothing():
    found = lines({"crs_by_grade": table_of(20, 15, 5, 23)})
    assert found["orr"].computed is None
    assert found["orr"].agrees is None
    assert found["orr"].place is None and found["orr"].subjects == ()


def test_without_subjects_nothing_is_computed_and_nothing_fails(empty_frames):
    found = lines({name: Cut(empty_frames).table(name) for name in published.needed()})
    assert found["crs_any"].computed is None and found["crs_any"].agrees is None


def test_every_key_that_is_computed_is_published_and_finds_its_cell(frames):
    keys = {line.key for line in published.published()}
    assert set(published.COMPUTED) <= keys
    for place in published.COMPUTED.values():
        assert place.endpoint in registry.endpoints()
        cell = Cut(frames).table(place.endpoint).cell(place.row, place.column)
        assert place.number in cell.numbers


def test_every_sentence_of_the_file_can_be_translated():
    said = {
        str(words.msgid)
        for line in published.published()
        for words in (line.item, line.unit, line.estimator, line.status)
    }
    assert said - {"%"} == set(published.TEXTS)
