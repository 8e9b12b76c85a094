"""Bad input: one line on stderr, exit code 2, nothing written."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

GOOD = "خبر قصير\n\nوصلت القافلة إلى المدينة صباح اليوم. واستقبلها الأهالي بالترحاب.\n"


def empty_file(folder: Path) -> None:
    (folder / "a.ar.txt").write_bytes(b"")


def binary(folder: Path) -> None:
    (folder / "a.ar.txt").write_bytes(bytes(range(256)) * 40)


def broken_utf8(folder: Path) -> None:
    (folder / "a.ar.txt").write_bytes((GOOD * 5).encode() + b"\xd8\x27\xff\xfe" + GOOD.encode())


def one_huge_line(folder: Path) -> None:
    with (folder / "a.ar.txt").open("w", encoding="utf-8") as out:
        for _ in range(50):
            out.write("كلمة " * (1024 * 1024 // 9))


def english_for_arabic(folder: Path) -> None:
    (folder / "a.ar.txt").write_text("The convoy reached the town this morning. People came out to greet it.\n" * 4)


def no_zip(folder: Path) -> None:
    (folder / "a.ar.docx").write_bytes(b"this is no zip archive")


def zip_bomb(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.ar.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as entry:
            for _ in range(300):
                entry.write(b"\0" * 1024 * 1024)


def external_entity(folder: Path) -> None:
    (folder / "a.tmx").write_text(
        '<?xml version="1.0"?><!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        '<tmx version="1.4"><header/><body><tu><tuv xml:lang="ar"><seg>&x;</seg></tuv>'
        '<tuv xml:lang="en"><seg>hello</seg></tuv></tu></body></tmx>'
    )


def one_side_readable(folder: Path) -> None:
    (folder / "a.ar.txt").write_text(GOOD, encoding="utf-8")
    (folder / "a.en.txt").write_bytes(b"\x00\x00\x01\x02" * 50)


BAD = [
    empty_file,
    binary,
    broken_utf8,
    one_huge_line,
    english_for_arabic,
    no_zip,
    zip_bomb,
    external_entity,
    one_side_readable,
]


def assert_refused(ran, *words: str) -> None:
    assert ran.code == 2, (ran.code, ran.out, ran.err)
    assert ran.err.startswith("muwazi: ")
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize("make", BAD, ids=[function.__name__ for function in BAD])
def test_bad_article(muwazi, tmp_path, make):
    folder = tmp_path / "articles"
    folder.mkdir()
    make(folder)
    ran = muwazi("build", folder, "--store", tmp_path / "store", "--model", "none")
    assert_refused(ran, "a.")
    assert not (tmp_path / "store").exists()


def test_missing_folder(muwazi, tmp_path):
    assert_refused(muwazi("build", tmp_path / "nowhere", "--store", tmp_path / "store", "--model", "none"), "nowhere")
    assert not (tmp_path / "store").exists()


def test_empty_folder(muwazi, tmp_path):
    (tmp_path / "articles").mkdir()
    assert_refused(muwazi("build", tmp_path / "articles", "--store", tmp_path / "store", "--model", "none"), "articles")
    assert not (tmp_path / "store").exists()


def test_unknown_settings_key_names_the_nearest(muwazi, articles, tmp_path):
    (tmp_path / "s.toml").write_text("[align]\nmax_merg = 7\n")
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--settings", tmp_path / "s.toml")
    assert_refused(ran, "max_merg", "align.max_merge")


def test_unknown_model(muwazi, articles, tmp_path):
    ran = muwazi("build", articles, "--store", tmp_path / "store", "--model", tmp_path / "no-such-model")
    assert_refused(ran, "no-such-model")
    assert not (tmp_path / "store").exists()


def test_a_model_that_is_not_marian(muwazi, articles, tmp_path):
    model = tmp_path / "bert"
    model.mkdir()
    (model / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    assert_refused(muwazi("build", articles, "--store", tmp_path / "store", "--model", model), "bert")
    assert not (tmp_path / "store").exists()


def test_no_network_for_a_hub_id_names_the_builtin_model(spawn, articles, tmp_path):
    # A process of its own: huggingface_hub reads its endpoint at import. Nothing listens on port 9 of the loopback.
    process = spawn(
        "build", articles, "--store", tmp_path / "store", HF_ENDPOINT="http://127.0.0.1:9", HF_HOME=str(tmp_path / "hf")
    )
    _, err = process.communicate(timeout=240)
    assert process.returncode == 2, err
    lines = [line for line in err.strip().splitlines() if line.startswith("muwazi: ")]
    assert len(lines) == 1
    assert "--model builtin" in lines[0]
    assert not (tmp_path / "store").exists()


def test_a_store_that_is_no_store(muwazi, articles, tmp_path):
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.jpg").write_bytes(b"jpeg")
    assert_refused(muwazi("build", articles, "--store", other, "--model", "none"), "photos")
    assert [p.name for p in other.iterdir()] == ["cat.jpg"]


def test_a_damaged_version(muwazi, articles, tmp_path):
    store = tmp_path / "store"
    assert muwazi("build", articles, "--store", store, "--model", "none").code == 0
    shard = next(store.rglob("*.parquet"))
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 0xFF
    shard.chmod(0o644)
    shard.write_bytes(bytes(data))
    assert_refused(muwazi("dataset", "verify", store), shard.name)
    (articles / "market.ar.txt").write_text(GOOD, encoding="utf-8")
    ran = muwazi("build", articles, "--store", store, "--model", "none")
    assert_refused(ran)
    assert len(list((store / "versions").iterdir())) == 1


@pytest.fixture
def small_disk(tmp_path):
    mount = shutil.which("mount")
    point = tmp_path / "disk"
    point.mkdir()
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", point], capture_output=True).returncode
    ):
        pytest.skip("mounting a small tmpfs needs root")
    yield point
    subprocess.run(["umount", point], check=False)


def test_a_full_disk(muwazi, articles, small_disk):
    (small_disk / "ballast").write_bytes(b"\0" * 60 * 1024)
    ran = muwazi("build", articles, "--store", small_disk / "store", "--model", "none")
    assert_refused(ran)
    assert not list((small_disk / "store").glob("versions/*"))
