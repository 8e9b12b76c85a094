"""``muwazi translate`` and ``muwazi models``, as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = [sys.executable, "-c", "from muwazi.cli.main import main; main()"]
RSS = """
import sys
from pathlib import Path
from muwazi.cli.main import main
try:
    main()
except SystemExit:
    pass
# Not getrusage: its peak includes what the parent held at the fork.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(status["VmHWM"].split()[0], file=sys.stderr)
"""


def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [*RUN, *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, env=os.environ | environment, check=False)


def translate(model: Path, stdin: bytes, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return run("translate", "--model", model, "--compute-type", "float32", *arguments, stdin=stdin)


@pytest.fixture(scope="module")
def arabic(tiny_pairs):
    return [pair[0] for pair in tiny_pairs]


@pytest.fixture(scope="module")
def english(tiny_pairs):
    return [pair[1] for pair in tiny_pairs]


def test_one_line_out_for_each_line_in(tiny_marian, arabic, english):
    # BOM, CRLF, blank lines, separators that are no line breaks here, a last line without a line end.
    split = arabic[2].replace(" ", "\u2028", 1)
    lines = ["\ufeff" + arabic[0] + "\r", "", arabic[1], "  ", "٢٠٢٤", split, "\x85", arabic[3]]
    done = translate(tiny_marian, "\n".join(lines).encode())
    assert done.returncode == 0, done.stderr
    expected = [english[0], "", english[1], "", "2024", english[2], "", english[3]]
    assert done.stdout.decode().split("\n") == [*expected, ""]
    assert b"8 lines in" in done.stderr


def test_nothing_in_nothing_out(tiny_marian):
    done = translate(tiny_marian, b"")
    assert (done.returncode, done.stdout) == (0, b"")


def test_jsonl_has_all_that_is_known(tiny_marian, arabic, english):
    stdin = f"{arabic[0]}\r\n\nReuters\n".encode()
    done = translate(tiny_marian, stdin, "--jsonl", "--n-best", "2", "--alignments", "--quiet")
    assert done.stderr == b""
    first, blank, copied = map(json.loads, done.stdout.decode().splitlines())
    assert (first["line"], first["source"], first["translation"]) == (1, arabic[0], english[0])
    assert -0.2 < first["score"] <= 0
    assert first["flags"] == []
    assert len(first["alternatives"]) == 1 and first["alternatives"][0]["score"] < first["score"]
    assert {target for _, target in first["alignment"]} == set(range(len(english[0].split())))
    assert (blank["translation"], blank["score"], blank["flags"]) == ("", None, [])
    assert (copied["translation"], copied["flags"]) == ("Reuters", ["copied", "not-arabic"])


def test_files_in_and_out(tiny_marian, arabic, english, tmp_path):
    source, target = tmp_path / "in.txt", tmp_path / "link"
    target.symlink_to("out.txt")
    source.write_text("\n".join(arabic[:3]) + "\n", encoding="utf-8")
    done = translate(tiny_marian, b"", "--input", source, "--output", target)
    assert (done.returncode, done.stdout) == (0, b"")
    assert target.read_text() == "\n".join(english[:3]) + "\n"
    assert target.is_symlink()
    assert b"3 lines in" in done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xd9\x88\xd8\xb5\xd9\x84\n\xff\xfe\n", "line 2: broken UTF-8 at byte 1"),
        (b"\xd9\x88\n\xd9\n", "line 2: broken UTF-8"),
        ("وصل".encode("utf-16"), "UTF-16; convert it to UTF-8"),
        (b"\xd9\x88\n\x00\x01\n", "line 2: holds NUL bytes; not a text file"),
        (b"a" * (1 << 21), "line 1: longer than 1,048,576 bytes"),
    ],
)
def test_input_that_is_no_text(tiny_marian, tmp_path, content, message):
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(content)
    target.write_text("what was there")
    done = translate(tiny_marian, b"", "--input", source, "--output", target, "--quiet")
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert str(source) in done.stderr.decode()
    assert target.read_text() == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.txt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "./nothing"), "no such folder"),
        (("--model", "MODEL", "--engine", "moses"), "engine 'moses'"),
        (("--model", "MODEL", "--n-best", "2"), "need --jsonl"),
        (("--model", "MODEL", "--input", "/no/such/file"), "there is no such file"),
        (("--model", "MODEL", "--output", "/no/such/folder/out"), "no folder"),
        (("--model", "MODEL", "--target-token", "eng"), "no target token >>eng<<"),
    ],
)
def test_mistakes_are_one_line(tiny_marian, arguments, message):
    done = run("translate", *(tiny_marian if a == "MODEL" else a for a in arguments), stdin="وصل\n".encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_full_disk_is_one_line(tiny_marian, arabic):
    # Through descriptors: a path such as /dev/full must never reach a rename, were the code wrong.
    command = [*RUN, "translate", "--model", str(tiny_marian), "--quiet"]
    for extra in ([], ["--output", "/dev/stdout"]):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [*command, *extra], input=f"{arabic[0]}\n".encode(), stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert done.returncode == 2
        assert b"cannot be written: No space left on device" in done.stderr
        assert done.stderr.count(b"\n") == 1


def test_a_pipe_as_output_is_written_to_as_it_is(tiny_marian, arabic, english):
    done = translate(tiny_marian, f"{arabic[0]}\n".encode(), "--output", "/dev/stdout", "--quiet")
    assert (done.returncode, done.stdout.decode()) == (0, english[0] + "\n")
    assert Path("/dev/stdout").is_symlink()


def test_memory_does_not_grow_with_the_input(tiny_marian, arabic, tmp_path):
    def peak(lines: int) -> int:
        source = tmp_path / f"{lines}.txt"
        # Every line another one, so that nothing is saved by remembering.
        with source.open("w", encoding="utf-8") as file:
            for i in range(lines):
                file.write(f"{arabic[i % 20]} {i}\n")
        command = [sys.executable, "-c", RSS, "translate", "-m", str(tiny_marian), "-i", str(source)]
        command += ["-o", str(tmp_path / "out"), "--beam", "1", "--no-guards", "--quiet"]
        done = subprocess.run(command, capture_output=True, check=True)
        assert (tmp_path / "out").read_text().count("\n") == lines
        return int(done.stderr.split()[-1])

    small, large = peak(150), peak(15_000)
    # 100 times the lines; what may grow are buffers of one window and the memory of segments, both bounded.
    assert large - small < 40_000, (small, large)  # kB


def test_models_lists_conversions_and_shows_one(tiny_marian, tmp_path):
    environment = {"MUWAZI_CACHE": str(tmp_path / "cache"), "HF_HUB_CACHE": str(tmp_path / "hub")}
    stdin = "وصل\n".encode()
    assert run("translate", "-m", tiny_marian, "-q", stdin=stdin, **environment).returncode == 0
    listed = json.loads(run("models", "--json", **environment).stdout)
    assert [(m["kind"], m["model"], m["detail"]) for m in listed if m["kind"] != "builtin"] == [
        ("converted", str(tiny_marian), "ctranslate2 int8")
    ]
    assert all(m["bytes"] > 10_000 for m in listed)
    table = run("models", **environment).stdout.decode()
    assert table.startswith("MODEL") and str(tiny_marian) in table
    shown = json.loads(run("models", str(tiny_marian), "--json", **environment).stdout)
    assert (shown["format"], shown["positions"], shown["beam"]) == ("transformers", 64, 4)
    assert b"sha256" in run("models", str(tiny_marian), **environment).stdout
    cleared = run("models", "--clear-converted", **environment)
    assert b"deleted 1 converted models" in cleared.stdout
    assert run("models", "./nothing", **environment).returncode == 2


def test_models_lists_hub_downloads_with_their_cards(hub, opus_marian, tmp_path, capsys):
    from muwazi.translate.models import resolve
    from muwazi.translate.models.listing import installed

    folder = tmp_path / "repository"
    folder.mkdir()
    for file in opus_marian.iterdir():
        (folder / file.name).symlink_to(file)
    card = {"name": "tiny", "parameters": 5, "scores": [{"set": "flores-dev", "metric": "BLEU", "score": 12.5}]}
    (folder / "muwazi.json").write_text(json.dumps(card))
    hub.repositories["org/tiny"] = folder
    resolve("org/tiny")
    (found,) = [model for model in installed() if model.kind == "hub"]
    assert (found.id, found.revision, found.parameters) == ("org/tiny", hub.commit, 5)
    assert found.scores[0].score == 12.5
    assert found.size > 10_000
