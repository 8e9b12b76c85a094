"""The main job, end to end, on real files with a real (tiny, untrained) MarianMT model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest


def parquet_hashes(store: Path) -> dict[str, str]:
    return {
        str(f.relative_to(store)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(store.rglob("*.parquet"))
    }


def test_first_build_makes_version_1_0_0_with_scores_and_report(muwazi, articles, tmp_path, tiny_marian):
    store = tmp_path / "store"
    ran = muwazi("build", articles, "--store", store, "--model", tiny_marian, "--message", "first", "--json")
    assert ran.code == 0, ran.err
    summary = json.loads(ran.out)
    assert summary["version"] == "1.0.0"
    assert summary["new"] is True
    assert {score["name"] for score in summary["scores"]} >= {"BLEU", "chrF2", "TER"}
    assert all("version:" in score["signature"] for score in summary["scores"])
    assert Path(summary["report"]).read_text(encoding="utf-8").startswith("<!")
    assert summary["counts"]["articles"] == 2
    assert summary["counts"]["with_reference"] == 1
    assert muwazi("dataset", "verify", store).code == 0


def test_second_build_of_the_same_makes_no_version(muwazi, articles, tmp_path, tiny_marian):
    store = tmp_path / "store"
    assert muwazi("build", articles, "--store", store, "--model", tiny_marian).code == 0
    before = sorted(store.rglob("*"))
    ran = muwazi("build", articles, "--store", store, "--model", tiny_marian)
    assert ran.code == 0, ran.err
    assert "nothing new" in ran.out.lower()
    assert sorted(store.rglob("*")) == before


def test_a_new_article_raises_the_minor_version(muwazi, articles, tmp_path, tiny_marian):
    store = tmp_path / "store"
    assert muwazi("build", articles, "--store", store, "--model", tiny_marian).code == 0
    (articles / "rain.ar.txt").write_text(
        "هطول الأمطار\n\nهطلت أمطار غزيرة على المدينة مساء الثلاثاء.\n", encoding="utf-8"
    )
    ran = muwazi("build", articles, "--store", store, "--model", tiny_marian, "--json")
    assert json.loads(ran.out)["version"] == "1.1.0"
    ran = muwazi("dataset", "diff", store, "1.0.0", "1.1.0", "--json")
    assert ran.code == 0, ran.err


def test_two_stores_of_the_same_input_hold_the_same_bytes(muwazi, articles, tmp_path, tiny_marian, monkeypatch):
    for name in ("one", "two"):
        # A cache of its own: the second must compute everything again.
        monkeypatch.setenv("MUWAZI_CACHE", str(tmp_path / f"cache-{name}"))
        assert muwazi("build", articles, "--store", tmp_path / name, "--model", tiny_marian).code == 0
    assert parquet_hashes(tmp_path / "one") == parquet_hashes(tmp_path / "two")
    assert parquet_hashes(tmp_path / "one")


def test_without_references_it_says_that_there_is_no_bleu(muwazi, articles, tmp_path, tiny_marian):
    (articles / "library.en.txt").unlink()
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--model", tiny_marian)
    assert ran.code == 0, ran.err
    assert "no reference" in ran.out.lower()
    assert "BLEU " not in ran.out


def test_without_a_model_rows_have_no_translation(muwazi, articles, tmp_path):
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--model", "none", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["scores"] == []
    from muwazi.corpus.store import Store

    assert {row.mt for row in Store.open(tmp_path / "store").rows("1.0.0")} == {None}


def test_dry_run_writes_nothing(muwazi, articles, tmp_path):
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--model", "none", "--dry-run")
    assert ran.code == 0, ran.err
    assert not (tmp_path / "store").exists()


def test_dry_run_leaves_no_cache(articles, tmp_path, monkeypatch):
    from muwazi.pipeline.build import run_build

    monkeypatch.setenv("MUWAZI_CACHE", str(tmp_path / "cache"))
    run_build(articles, store=tmp_path / "store", dry_run=True)
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_report_asked_for_by_name_is_made_again(articles, tmp_path):
    from muwazi.pipeline.build import run_build
    from muwazi.pipeline.settings import load_settings

    settings = load_settings(None, {"translate.model": "none"})
    report = tmp_path / "report.html"
    report.write_text("of another store", encoding="utf-8")
    for new in (True, False):
        outcome = run_build(articles, store=tmp_path / "store", settings=settings, report=report)
        assert outcome.new is new
        assert report.read_text(encoding="utf-8").startswith("<!")
        report.write_text("old", encoding="utf-8")


def test_an_edited_sentence_is_the_only_one_translated_again(articles, tmp_path, tiny_marian, monkeypatch):
    from muwazi.pipeline.build import run_build
    from muwazi.pipeline.settings import load_settings
    from muwazi.translate import Translator

    seen: list[str] = []
    original = Translator.translate

    def counted(self, lines, **options):
        seen.extend(lines)
        return original(self, lines, **options)

    monkeypatch.setattr(Translator, "translate", counted)
    settings = load_settings(None, {"translate.model": str(tiny_marian)})
    run_build(articles, store=tmp_path / "store", settings=settings)
    seen.clear()
    market = articles / "market.ar.txt"
    market.write_text(market.read_text(encoding="utf-8").replace("الطماطم", "البصل"), encoding="utf-8")
    run_build(articles, store=tmp_path / "store", settings=settings)
    assert len(seen) == 1
    assert "البصل" in seen[0]


def test_keep_going_lists_what_could_not_be_read(muwazi, articles, tmp_path):
    (articles / "broken.ar.txt").write_bytes(b"\x00\x01\x02" * 100)
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--model", "none")
    assert (ran.code, (tmp_path / "store").exists()) == (2, False)
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--model", "none", "--keep-going", "--json")
    assert ran.code == 0, ran.err
    assert [item["id"] for item in json.loads(ran.out)["skipped"]] == ["broken"]


@pytest.mark.parametrize("name", ["settings.toml", "settings.yaml"])
def test_settings_file_and_flags(muwazi, articles, tmp_path, name):
    path = tmp_path / name
    path.write_text('[translate]\nmodel = "none"\n' if name.endswith("toml") else "translate:\n  model: none\n")
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--settings", path, "--set", "align.max_merge=6")
    assert ran.code == 0, ran.err
    from muwazi.corpus.store import Store

    assert Store.open(tmp_path / "store").manifest("1.0.0").metadata["settings"]["align"]["max_merge"] == 6
