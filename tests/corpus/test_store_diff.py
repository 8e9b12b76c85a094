"""What differs between two versions."""

from __future__ import annotations

import dataclasses
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.store import CommitMetadata, Row, Store


def row(number, text="Text"):
    return Row(f"r{number}", f"a{number % 3}", number, f"نص {number}", f"{text} {number}")


def test_added_removed_changed(tmp_path):
    store = Store.create(tmp_path / "store")
    store.commit([row(number) for number in range(6)], message="first")
    later = [row(0), dataclasses.replace(row(1), en="Other", flags=("edited",)), row(3), row(4), row(5), row(9)]
    store.commit(later, message="second", metadata=CommitMetadata(title="T"))
    found = store.diff("1.0.0", "1.1.0")
    assert [each.id for each in found.added] == ["r9"]
    assert [each.id for each in found.removed] == ["r2"]
    assert {change.after.id: change.fields for change in found.changed} == {
        "r1": {"en": ("Text 1", "Other"), "flags": ((), ("edited",))}
    }
    assert found.metadata == {"title": (None, "T")}
    assert found.counts() == {"added": 1, "removed": 1, "changed": 1}
    assert found
    data = found.as_dict()
    assert data["changed"] == [
        {"id": "r1", "fields": {"en": {"old": "Text 1", "new": "Other"}, "flags": {"old": (), "new": ("edited",)}}}
    ]


def test_a_version_does_not_differ_from_itself(tmp_path):
    store = Store.create(tmp_path / "store")
    store.commit([row(number) for number in range(6)], message="first")
    found = store.diff("1.0.0")
    assert not found
    assert found.counts() == {"added": 0, "removed": 0, "changed": 0}


@given(st.sets(st.integers(0, 12), min_size=1), st.sets(st.integers(0, 12), min_size=1), st.sets(st.integers(0, 12)))
@settings(max_examples=12, deadline=None)
def test_diff_undoes_itself(tmp_path_factory, first, second, edited):
    store = Store.create(tmp_path_factory.mktemp("stores") / "store")
    store.commit([row(number) for number in first], message="first")
    rows = [row(number, "New" if number in edited else "Text") for number in second]
    random.Random(3).shuffle(rows)
    made = store.commit(rows, message="second")
    assert (made is None) == (first == second and not first & edited)
    there, back = store.diff("1.0.0", made or "1.0.0"), store.diff(made or "1.0.0", "1.0.0")
    assert {each.id for each in there.added} == {f"r{number}" for number in second - first}
    assert {each.id for each in there.removed} == {f"r{number}" for number in first - second}
    assert {each.after.id for each in there.changed} == {f"r{number}" for number in first & second & edited}
    assert {each.id for each in there.added} == {each.id for each in back.removed}
    assert there.counts()["changed"] == back.counts()["changed"]
