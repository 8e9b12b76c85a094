from __future__ import annotations

import pytest

from muwazi.corpus.errors import SettingsError
from muwazi.pipeline.settings import BuildSettings, known_keys, load_settings, nearest_key, parse_assignment


def test_defaults_need_no_file():
    assert load_settings(None, {}) == BuildSettings()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("align.max_merg", "align.max_merge"),
        ("translate.bem", "translate.beam"),
        ("max_merge", "align.max_merge"),
        ("read.licens", "read.licence"),
    ],
)
def test_unknown_key_names_the_nearest(wrong, right):
    assert nearest_key(wrong) == right
    with pytest.raises(SettingsError, match=right.replace(".", r"\.")):
        load_settings(None, {wrong: 1})


def test_nothing_near_lists_the_groups():
    with pytest.raises(SettingsError, match="align, filters, translate"):
        load_settings(None, {"zzzzzz": 1})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", "[align\n", "no valid TOML"),
        ("a.yaml", "align: [1", "no valid YAML"),
        ("a.yaml", "- 1\n", "expected groups"),
        ("a.ini", "x=1", "settings are .toml"),
        ("a.toml", "[align]\nmax_merge = 'many'\n", "align.max_merge"),
        ("a.toml", "[align]\nmax_merge = 99\n", "align.max_merge"),
        ("a.toml", "[aling]\nmax_merge = 9\n", "aling"),
    ],
)
def test_bad_files_are_one_line(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings(path, {})


@pytest.mark.parametrize(
    ("text", "pair"),
    [("a.b=3", ("a.b", 3)), ("a.b=x y", ("a.b", "x y")), ("a=true", ("a", True)), ('a="1"', ("a", "1"))],
)
def test_assignments(text, pair):
    assert parse_assignment(text) == pair


def test_assignment_without_equals():
    with pytest.raises(SettingsError, match="KEY=VALUE"):
        parse_assignment("align.max_merge")


def test_every_key_is_known_by_its_dotted_name():
    assert {"read.keep_all", "align.max_merge", "translate.model", "eval.bootstrap"} <= set(known_keys())
