"""Fixtures that several folders' tests use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

# Sentences written for these tests: a tiny model learns them by heart in a few seconds, so that a test can ask for a
# translation and know the answer.
TINY_PAIRS = (
    ("وصل القطار إلى المحطة في الصباح.", "The train reached the station in the morning."),
    ("يبيع الرجل الخبز في السوق.", "The man sells bread in the market."),
    ("زارت الوزيرة المدرسة الجديدة.", "The minister visited the new school."),
    ("كتب الطالب رسالة إلى المدير.", "The student wrote a letter to the director."),
    ("هطل المطر على المدينة طوال الليل.", "Rain fell on the city all night."),
    ("تعمل الطبيبة في المستشفى الكبير.", "The doctor works in the big hospital."),
    ("أغلق العمال الطريق أمام السيارات.", "The workers closed the road to cars."),
    ("قرأت البنت كتابا عن البحر.", "The girl read a book about the sea."),
    ("فاز الفريق في المباراة الأخيرة.", "The team won the last match."),
    ("تزرع القرية القمح في الشتاء.", "The village plants wheat in winter."),
    ("سافر الوفد إلى العاصمة بالطائرة.", "The delegation flew to the capital."),
    ("يشرب الأطفال الحليب كل يوم.", "The children drink milk every day."),
    ("افتتح الرئيس جسرا فوق النهر.", "The president opened a bridge over the river."),
    ("ارتفعت أسعار النفط هذا الأسبوع.", "Oil prices rose this week."),
    ("نشرت الصحيفة صورة قديمة.", "The newspaper published an old photograph."),
    ("قالت المديرة إن العمل انتهى.", "The manager said the work was over."),
    ("يحب الناس الموسيقى في هذا البلد.", "People love music in this country."),
    ("عاد الصيادون إلى الميناء مساء.", "The fishermen returned to the port in the evening."),
    ("درس العلماء النجوم البعيدة.", "The scientists studied distant stars."),
    ("تحتاج المزرعة إلى ماء كثير.", "The farm needs a lot of water."),
)


def build_tiny_marian(folder: Path, *, steps: int = 250, seed: int = 7, positions: int = 64) -> Path:
    """Write a MarianMT folder laid out as Hub models are; after ``steps`` of training it knows :data:`TINY_PAIRS`."""
    import io

    import sentencepiece
    import torch
    from transformers import GenerationConfig, MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    pieces: list[str] = []
    processors = []
    for side, name in enumerate(("source.spm", "target.spm")):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([pair[side] for pair in TINY_PAIRS]),
            model_writer=model,
            vocab_size=160,
            hard_vocab_limit=False,
            character_coverage=1.0,
            normalization_rule_name="nmt_nfkc",
            minloglevel=2,
        )
        (folder / name).write_bytes(model.getvalue())
        processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        processors.append(processor)
        pieces += [processor.id_to_piece(i) for i in range(3, processor.get_piece_size())]
    vocabulary = {piece: i for i, piece in enumerate(["</s>", "<unk>", *dict.fromkeys(pieces), "<pad>"])}
    pad = len(vocabulary) - 1
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"source_lang": "ar", "target_lang": "en", "tokenizer_class": "MarianTokenizer"})
    )

    threads = torch.get_num_threads()
    # One thread: the matrices are so small that several only wait for each other, for minutes on a busy machine.
    torch.set_num_threads(1)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        config = MarianConfig(
            vocab_size=len(vocabulary),
            d_model=64,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=128,
            decoder_ffn_dim=128,
            max_position_embeddings=positions,
            activation_function="swish",
            scale_embedding=True,
            dropout=0.0,
            pad_token_id=pad,
            eos_token_id=0,
            bos_token_id=0,
            decoder_start_token_id=pad,
            forced_eos_token_id=0,
        )
        network = MarianMTModel(config)
        unknown = vocabulary["<unk>"]

        def ids(processor: sentencepiece.SentencePieceProcessor, text: str) -> list[int]:
            return [vocabulary.get(piece, unknown) for piece in processor.encode(text, out_type=str)] + [0]

        source = [torch.tensor(ids(processors[0], pair[0])) for pair in TINY_PAIRS]
        target = [torch.tensor(ids(processors[1], pair[1])) for pair in TINY_PAIRS]
        inputs = torch.nn.utils.rnn.pad_sequence(source, batch_first=True, padding_value=pad)
        labels = torch.nn.utils.rnn.pad_sequence(target, batch_first=True, padding_value=-100)
        optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
        network.train()
        for _ in range(steps):
            loss = network(input_ids=inputs, attention_mask=(inputs != pad).long(), labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    torch.set_num_threads(threads)
    network.eval()
    network.generation_config = GenerationConfig(
        num_beams=4,
        max_length=positions,
        bad_words_ids=[[pad]],
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
    )
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A MarianMT folder (transformers format, safetensors) that knows :data:`TINY_PAIRS` by heart."""
    return build_tiny_marian(tmp_path_factory.mktemp("models") / "tiny-marian")


@pytest.fixture(scope="session")
def tiny_pairs() -> tuple[tuple[str, str], ...]:
    """What the model of :func:`tiny_marian` knows: (Arabic, English)."""
    return TINY_PAIRS
