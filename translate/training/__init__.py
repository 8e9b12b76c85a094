"""Training and adaptation of MarianMT models.

The training step needs torch, transformers, sentencepiece, sacrebleu, safetensors and numpy, nothing else of Muwazi's
dependencies, so that it runs on bare machines: ``python -m muwazi.translate.training --help``.
"""
