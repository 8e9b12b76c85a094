"""Pictures of an alignment: in the terminal and as a page, which is also opened in a real browser where there is
one."""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from muwazi.align.views import direction, source_on_the_right
from muwazi.align.views.html import render_picture
from muwazi.align.views.terminal import print_beads
from muwazi.corpus.errors import InputError
from muwazi.corpus.types import Bead

SOURCE = ["عنوان الخبر", "وصل القطار صباحا.", "ثم غادر في المساء.", "لا مقابل لهذه."]
TARGET = ["Headline", "The train came in the morning and left in the evening.", "Added.", "</script><script>alert(1)//"]
BEADS = [
    Bead((0,), (0,), 0.9, 0.99),
    Bead((1, 2), (1,), 0.8, 0.7, ("moved",)),
    Bead((), (2,)),
    Bead((3,), (3,), 0.1, 0.2),
]


def terminal(width: int = 100, **options: object) -> list[str]:
    from rich.console import Console

    stream = io.StringIO()
    print_beads(BEADS, SOURCE, TARGET, console=Console(file=stream, width=width), **options)  # type: ignore[arg-type]
    return stream.getvalue().split("\n")[:-1]


def test_direction_and_columns() -> None:
    assert direction("ar") == "rtl"
    assert direction("AR-eg") == "rtl"
    assert direction("de") == "ltr"
    assert source_on_the_right("ar", "en")
    assert not source_on_the_right("en", "ar")
    assert not source_on_the_right("de", "fr")


def test_terminal_shows_every_sentence_arabic_on_the_right() -> None:
    lines = terminal(200)
    text = "\n".join(lines)
    assert all(sentence in text for sentence in [*SOURCE[:3], *TARGET])
    line = next(line for line in lines if SOURCE[0] in line)
    assert line.index("Headline") < line.index(SOURCE[0])
    assert "0.99" in line
    assert "1-1" in line
    assert any("moved" in line for line in lines)
    assert any("∅" in line for line in lines)


def test_terminal_lines_are_safe_for_terminals_with_bidirectional_text() -> None:
    lines = terminal()
    assert all(line.startswith("\u200e") for line in lines)
    for line in lines:
        assert line.count("\u2067") == line.count("\u2069")
        outside = re.sub("\u2067.*?\u2069", "", line)
        assert not re.search("[\u0600-\u06ff]", outside)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_terminal_fits_the_width(width: int) -> None:
    from rich.cells import cell_len

    assert all(cell_len(line) <= width for line in terminal(width))


def test_terminal_lets_no_control_character_through() -> None:
    from rich.console import Console

    stream = io.StringIO()
    text = "a\x1b[31mred\x07 \u202eturned\u202c b\tc\x9b"
    print_beads(
        [Bead((0,), (0,))], [text], [text], source_lang="de", console=Console(file=stream, width=120, no_color=True)
    )
    assert not re.search("[\x1b\x07\x9b\t\u202a-\u202e]", stream.getvalue())
    assert "turned b c" in stream.getvalue()


def page(**options: object) -> str:
    return render_picture(BEADS, SOURCE, TARGET, title="train & <co>", notes=["a <note>"], **options)  # type: ignore[arg-type]


def test_page_is_self_contained_and_escaped() -> None:
    text = page()
    assert "alert(1)" in text
    assert "<script>alert" not in text
    assert "train &amp; &lt;co&gt;" in text
    assert "a &lt;note&gt;" in text
    assert not re.search(r"""(src|href)\s*=|url\(|@import|https?://""", text)
    assert "default-src 'none'" in text


def test_page_sets_direction_and_language_of_each_side() -> None:
    text = page()
    left, right = re.findall(r'<section[^>]*lang="(\w+)" dir="(\w+)"', text)
    assert left == ("en", "ltr")
    assert right == ("ar", "rtl")
    swapped = re.findall(r'<section[^>]*lang="(\w+)" dir="(\w+)"', page(source_lang="de", target_lang="fr"))
    assert swapped == [("de", "ltr"), ("fr", "ltr")]


def test_page_says_in_words_what_the_colours_say() -> None:
    text = page()
    assert "confidence 0.60 to 0.80: 1" in text
    assert "no partner: 1" in text
    assert "(en 1, confidence 0.70)" in text
    assert "(ar 1–2, confidence 0.70)" in text
    assert "(no partner)" in text
    assert "score 0.95 and more: 0" in render_picture([Bead((0,), (0,), 0.5)], ["a"], ["b"], title="x")


def test_page_refuses_indices_out_of_range() -> None:
    with pytest.raises(InputError, match="out of range"):
        render_picture([Bead((9,), (0,))], SOURCE, TARGET, title="x")


def test_page_with_empty_sides() -> None:
    assert "0 sentences (ar) and 1 sentences (en)" in render_picture([Bead((), (0,))], [], ["a"], title="x")
    assert "in 0 beads: none" in render_picture([], [], [], title="x")


BROWSER_SCRIPT = """<script>
addEventListener("load", () => setTimeout(() => {
  const out = {};
  const key = name => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
  const name = li => li.closest("section").lang + li.querySelector(".n").textContent;
  const now = () => name(document.activeElement);
  const drawn = [...document.querySelectorAll("svg path")].map(path => path.getAttribute("d"));
  out.paths = drawn.filter(Boolean).length;
  out.stops = [...document.querySelectorAll("li[tabindex='0']")].length;
  document.querySelector(".left li").focus();
  out.walk = [now()];
  const keys = ["ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft", "End", "Home", "u"];
  for (const pressed of keys) { key(pressed); out.walk.push(now()); }
  out.lit = [...document.querySelectorAll("li.on")].map(name);
  out.status = document.getElementById("bead").textContent;
  document.querySelector("[data-band='bn']").click();
  out.kept = document.querySelectorAll("li.kept").length;
  out.arabic = getComputedStyle(document.querySelector(".right .text")).direction;
  const pre = document.createElement("pre");
  pre.id = "out";
  pre.textContent = JSON.stringify(out);
  document.body.append(pre);
}, 100));
</script>"""


def test_page_in_a_browser(tmp_path: Path) -> None:
    """Ribbons are drawn, and the keyboard reaches everything that the mouse does."""
    import json

    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no chromium here; the page is checked as text only")
    path = tmp_path / "picture.html"
    path.write_text(page().replace("</body>", BROWSER_SCRIPT + "</body>"), encoding="utf-8")
    arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--window-size=1000,800",
    ]
    arguments += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    arguments.append("--virtual-time-budget=3000")
    run = subprocess.run([browser, *arguments, path.as_uri()], capture_output=True, text=True, timeout=120)
    found = re.search(r'<pre id="out">(.*?)</pre>', run.stdout, re.DOTALL)
    assert found, run.stderr[-2000:]
    out = json.loads(html.unescape(found[1]))
    assert out["paths"] == len(BEADS)
    assert out["stops"] == 2
    assert out["walk"] == ["en0", "en1", "ar1", "ar2", "en1", "en3", "en0", "en1"]
    assert sorted(out["lit"]) == ["ar1", "ar2", "en1"]
    assert out["status"] == "Bead 2 of 4 · 2-1 · confidence 0.70 · score 0.80 · source 1–2, target 1 · moved"
    assert out["kept"] == 1
    assert out["arabic"] == "rtl"
