"""Lines in, translations out."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import muwazi.translate
from muwazi.corpus.errors import ModelError, SettingsError
from muwazi.translate import Translation, Translator
from muwazi.translate.engines.base import Hypothesis


def texts(translations):
    return [translation.text for translation in translations]


@pytest.mark.parametrize("name", ["exact", "reference"])
def test_translates_what_the_model_knows(request, name, tiny_pairs):
    translator = request.getfixturevalue(name)
    result = translator.translate([arabic for arabic, _ in tiny_pairs])
    assert texts(result) == [english for _, english in tiny_pairs]
    assert all(t.flags == () and t.score is not None and -0.2 < t.score <= 0 for t in result)


def test_info_says_which_model_and_how(exact, tiny_marian):
    info = exact.info
    assert (info.id, info.engine, info.device, info.compute_type) == (str(tiny_marian), "ctranslate2", "cpu", "float32")
    assert (info.source_lang, info.target_lang) == ("ar", "en")
    assert len(info.sha256) == 64
    assert info.decoding["beam"] == 4  # the model's own
    assert "ctranslate2" in info.versions


def test_int8_is_the_default_on_the_cpu(tiny_marian):
    translator = Translator.load(tiny_marian, device="cpu")
    assert (translator.info.engine, translator.info.compute_type) == ("ctranslate2", "int8")


LINES = ["زارت الوزيرة المدرسة الجديدة.", "", "٢٠٢٤", "   ", "Reuters", "نشرت الصحيفة صورة قديمة.", "\u200f", "***"]


def test_blank_and_symbol_lines_never_reach_the_model(scripted):
    translator, engine = scripted(lambda *_: "words in a line of English")
    result = translator.translate(LINES)
    assert len(result) == len(LINES)
    assert sorted(source for source, _ in engine.asked) == sorted([LINES[0], LINES[5]])
    assert result[1] == Translation("", source="") == result[3] == result[6]
    assert (result[2].text, result[2].flags, result[2].score) == ("2024", ("copied",), None)
    assert (result[4].text, result[4].flags) == ("Reuters", ("copied", "not-arabic"))
    assert (result[7].text, result[7].flags) == ("***", ("copied",))


def test_equal_lines_are_translated_once(scripted, tiny_pairs):
    translator, engine = scripted(lambda source, _: source)
    arabic = [pair[0] for pair in tiny_pairs[:3]]
    # Equal for the model: a tatweel, a bidi mark and a no-break space make no difference.
    lines = [
        *arabic,
        *arabic[::-1],
        arabic[0].replace("القطار", "القطـار"),
        "\u200f" + arabic[0].replace(" ", "\u00a0"),
    ]
    result = translator.translate(lines)
    assert Counter(source for source, _ in engine.asked).most_common(1)[0][1] <= 5  # retries of one line, not of two
    assert len({source for source, _ in engine.asked}) == 3
    assert texts(result[:3]) == texts(result[5:2:-1])
    assert texts(result[6:]) == [result[0].text] * 2


def test_a_stream_remembers_lines_of_earlier_windows(scripted, tiny_pairs):
    line = tiny_pairs[0][0]
    translator, engine = scripted(lambda *_: "The train reached the station", window=2)
    assert len(list(translator.translate_stream(iter([line] * 9)))) == 9
    assert len(engine.asked) == 1
    forgetful, engine = scripted(lambda *_: "The train reached the station", window=2, memo=0)
    assert len(list(forgetful.translate_stream(iter([line] * 9)))) == 9
    assert len(engine.asked) == 5


def test_a_stream_reads_one_window_ahead_and_no_more(scripted, tiny_pairs):
    translator, _ = scripted(lambda *_: "The train reached the station", window=4)
    taken = []

    def lines():
        for i in range(100):
            taken.append(i)
            yield tiny_pairs[i % 20][0]

    stream = translator.translate_stream(lines())
    next(stream)
    assert len(taken) == 4


def test_windows_do_not_change_the_result(exact, tiny_marian, tiny_pairs):
    lines = ["" if i % 7 == 3 else f"{tiny_pairs[i % 20][0]} {i % 3}" for i in range(50)]
    small = Translator(exact.model, exact.engine, replace(exact.settings, window=7, batch_tokens=64))
    for streamed, whole in zip(small.translate_stream(iter(lines)), exact.translate(lines), strict=True):
        # Scores may differ in the last bits: sums over padded rows.
        assert replace(streamed, score=None) == replace(whole, score=None)
        assert streamed.score == pytest.approx(whole.score, abs=1e-5)


def test_progress_adds_up(exact, tiny_pairs):
    class Recorder:
        def __init__(self) -> None:
            self.calls: list[tuple] = []

        def start(self, stage, total, unit):
            self.calls.append((stage, total, unit))

        def advance(self, amount=1):
            assert amount > 0
            self.calls.append(amount)

        def finish(self):
            self.calls.append("end")

    recorder = Recorder()
    exact.translate([*(pair[0] for pair in tiny_pairs), "", "1", tiny_pairs[0][0]], progress=recorder)
    assert recorder.calls[0] == ("translate", 23, "sentences")
    assert sum(recorder.calls[1:-1]) == 23
    assert recorder.calls[-1] == "end"


ALPHABET = st.sampled_from("وصل القطار المحطة،؛.؟ \n\r\u2028\u2029\u0085\u00a0\u200fabc123٤٥٪\t«»")


@settings(max_examples=12, deadline=None)
@given(lines=st.lists(st.text(ALPHABET, max_size=60), max_size=6))
def test_any_lines_give_as_many_single_lines(exact, lines):
    result = exact.translate(lines)
    assert len(result) == len(lines)
    for line, translation in zip(lines, result, strict=True):
        assert len(translation.text.splitlines()) <= 1
        assert translation.text == translation.text.strip()
        assert bool(translation.source) == bool(line.replace("\u200f", "").strip())


def test_a_string_is_not_a_sequence_of_lines(exact):
    with pytest.raises(TypeError, match="sequence of lines"):
        exact.translate("وصل القطار")


def test_long_sentences_are_translated_whole_in_parts(exact, tiny_pairs):
    parts = [tiny_pairs[i] for i in (1, 2, 13, 14)]
    line = "؛ ".join(arabic.rstrip(".") for arabic, _ in parts) + "."
    dotted = " ".join(arabic for arabic, _ in parts)
    translator = Translator(exact.model, exact.engine, replace(exact.settings, max_source_tokens=24))
    semicolons, stops = translator.translate([line, dotted])
    assert semicolons.flags[0] == stops.flags[0] == "split"
    assert stops.text == " ".join(english for _, english in parts)
    assert stops.score == pytest.approx(0, abs=0.1)
    asked = "".join(line.split())
    assert "".join(semicolons.source.split()) == asked


def test_a_sentence_far_beyond_the_positions_of_the_model(exact, tiny_pairs):
    line = " ".join(arabic for arabic, _ in tiny_pairs * 3)
    (result,) = exact.translate([line])
    assert "split" in result.flags
    assert len(result.text) > 0.6 * sum(len(english) for _, english in tiny_pairs * 3)


def test_one_word_longer_than_the_model_reads(exact):
    (result,) = exact.translate(["ب" * 5000])
    assert "split" in result.flags


def test_n_best_and_scores(exact, tiny_pairs):
    translator = Translator(exact.model, exact.engine, replace(exact.settings, n_best=3))
    for translation, (_, english) in zip(translator.translate([a for a, _ in tiny_pairs]), tiny_pairs, strict=True):
        assert translation.text == english
        assert len(translation.alternatives) <= 2
        scores = [translation.score, *(other.score for other in translation.alternatives)]
        assert scores == sorted(scores, reverse=True)
        assert english not in [other.text for other in translation.alternatives]


@pytest.mark.parametrize("name", ["exact", "reference"])
def test_alignments_link_words(request, name, tiny_pairs):
    translator = request.getfixturevalue(name)
    aligning = Translator(translator.model, translator.engine, replace(translator.settings, alignments=True))
    lines = [tiny_pairs[1][0], "", "٥", " ".join(a for a, _ in tiny_pairs[:3])]
    result = aligning.translate(lines)
    for translation in (result[0], result[3]):
        source, target = len(translation.source.split()), len(translation.text.split())
        assert {t for _, t in translation.alignment} == set(range(target))  # every target word has a link
        assert all(0 <= s < source for s, _ in translation.alignment)
    assert result[1].alignment is None and result[2].alignment is None
    # The links of the third sentence lead to words of the third sentence.
    words = len(tiny_pairs[0][0].split()) + len(tiny_pairs[1][0].split())
    last = {s for s, t in result[3].alignment if t >= len(result[3].text.split()) - 3}
    assert min(last) >= words


def test_engines_give_the_same_alignment(exact, reference, tiny_pairs):
    lines = [arabic for arabic, _ in tiny_pairs]
    both = []
    for translator in (exact, reference):
        aligning = Translator(translator.model, translator.engine, replace(translator.settings, alignments=True))
        both.append([translation.alignment for translation in aligning.translate(lines)])
    assert both[0] == both[1]


class TestGuards:
    """With a scripted model, so that each fault shows when it should."""

    LINE = "وصل القطار إلى المحطة في الصباح."
    GOOD = "The train reached the station in the morning."

    def check(self, scripted, say, flags, text, **settings):
        translator, engine = scripted(say, **settings)
        (result,) = translator.translate([self.LINE])
        assert result.flags == flags
        assert result.text == text
        return engine

    def test_good_output_is_left_alone(self, scripted):
        engine = self.check(scripted, lambda *_: self.GOOD, (), self.GOOD)
        assert len(engine.asked) == 1

    def test_a_loop_is_retried_without_repeats(self, scripted):
        def say(_, options):
            return self.GOOD if options.no_repeat_ngram_size else "the train the train the train the train"

        self.check(scripted, say, ("repetition-repaired",), self.GOOD)

    def test_what_no_retry_mends_is_flagged_and_kept(self, scripted):
        loop = "the train the train the train the train"
        engine = self.check(scripted, lambda *_: loop, ("repetition",), loop)
        assert len(engine.asked) == 2  # one retry for each kind of fault

    def test_an_empty_output_is_retried_with_a_least_length(self, scripted):
        engine = self.check(
            scripted, lambda _, options: self.GOOD if options.min_length else "", ("empty-repaired",), self.GOOD
        )
        assert engine.asked[1][1].min_length >= 2

    def test_arabic_left_over_is_retried_without_arabic_pieces(self, scripted):
        def say(_, options):
            return self.GOOD if len(options.suppress) > 10 else "The train القطار reached the station"

        self.check(scripted, say, ("untranslated-repaired",), self.GOOD)

    @pytest.mark.parametrize(
        "bad",
        [
            "T",
            "The train and a great many other things "
            + "of every kind, sort and colour, large or small, "
            + "besides all that was to be seen on the long way",
        ],
    )
    def test_length_is_retried_with_another_beam(self, scripted, bad):
        engine = self.check(
            scripted,
            lambda _, options: self.GOOD if options.beam_size != 4 else bad,
            ("length-repaired",),
            self.GOOD,
        )
        assert [options.beam_size for _, options in engine.asked] == [4, 1]

    def test_an_unfinished_sentence_is_translated_in_halves(self, scripted):
        def say(source, _):
            if len(source) > 25:
                return Hypothesis(("▁the", "▁train"), -1.0, False)
            return "one half of it"

        engine = self.check(scripted, say, ("unfinished-repaired",), "one half of it one half of it")
        assert len(engine.asked) == 3

    def test_guards_off(self, scripted):
        engine = self.check(scripted, lambda *_: "", (), "", guards=False)
        assert len(engine.asked) == 1

    def test_two_faults_of_which_one_is_mended(self, scripted):
        def say(_, options):
            if options.no_repeat_ngram_size == 3:
                return "The train القطار reached the station"
            return "the train القطار " * 4

        self.check(scripted, say, ("untranslated", "repetition-repaired"), "The train القطار reached the station")

    def test_real_retries_on_both_engines(self, exact, reference):
        # A sentence of fragments, on which the model rambles: whatever the guards find, the line comes back flagged or
        # whole.
        lines = ["ال ال ال ال كتب كتب في في في", "ظظظظ ثثثث"]
        for translator in (exact, reference):
            assert len(translator.translate(lines)) == 2


class TestTargetTokens:
    @pytest.fixture(scope="class")
    def multilingual(self, tiny_marian, tmp_path_factory):
        """The tiny model with two of its unused pieces renamed to language tokens."""
        folder = tmp_path_factory.mktemp("multi") / "model"
        shutil.copytree(tiny_marian, folder)
        vocabulary = json.loads((folder / "vocab.json").read_text())
        spare = [piece for piece, i in vocabulary.items() if i >= len(vocabulary) - 4 and piece != "<pad>"][:2]
        for piece, token in zip(spare, (">>eng<<", ">>fra<<"), strict=True):
            vocabulary[token] = vocabulary.pop(piece)
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
        return folder

    def test_a_choice_must_be_made(self, multilingual):
        with pytest.raises(ModelError, match=r"2 languages.*--target-token: >>eng<<, >>fra<<"):
            Translator.load(multilingual)

    def test_an_unknown_token_lists_those_there_are(self, multilingual):
        with pytest.raises(ModelError, match=r"no target token >>deu<<; it has >>eng<<, >>fra<<"):
            Translator.load(multilingual, target_token="deu")

    @pytest.mark.parametrize("token", ["eng", ">>eng<<"])
    def test_the_token_leads_every_source(self, multilingual, token):
        translator = Translator.load(
            multilingual, device="cpu", compute_type="float32", target_token=token, alignments=True
        )
        assert translator.info.decoding["target_token"] == ">>eng<<"
        (result,) = translator.translate(["وصل القطار >>fra<<"])
        assert all(source < 3 for source, _ in result.alignment)
        vocabulary = translator.model.vocabulary
        assert ">>fra<<" not in vocabulary.encode("وصل >>fra<<")  # a token in the text is text

    def test_a_model_without_tokens(self, tiny_marian):
        with pytest.raises(ModelError, match="it has none: leave --target-token away"):
            Translator.load(tiny_marian, target_token="eng")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"engine": "marian"}, "engine 'marian': must be one of"),
        ({"beam": 0}, "beam 0: must be between"),
        ({"n_best": 5, "beam": 2}, "needs a beam of at least 5"),
        ({"length_penalty": 99.0}, "length-penalty"),
        ({"max_source_tokens": 1}, "max-source-tokens 1"),
        ({"threads": 0}, "threads 0"),
        ({"beams": 4}, "unknown translation setting"),
    ],
)
def test_impossible_settings(tiny_marian, arguments, message):
    with pytest.raises(SettingsError, match=message):
        Translator.load(tiny_marian, **arguments)


def test_a_model_into_arabic_is_not_held_to_latin_output(tiny_marian, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_marian, folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"source_lang": "eng", "target_lang": "ara"}))
    translator = Translator.load(folder, device="cpu", compute_type="float32")
    (latin, number) = translator.translate(["The train", "٢٠٢٤"])
    assert "not-arabic" not in latin.flags and latin.score is not None
    assert number.text == "٢٠٢٤"


def test_the_package_offers_its_names_lazily():
    assert set(muwazi.translate.__all__) >= {"Translator", "Translation", "ModelInfo"}
    for name in muwazi.translate.__all__:
        assert getattr(muwazi.translate, name).__name__ == name
    with pytest.raises(AttributeError):
        _ = muwazi.translate.Nothing
