"""Engines that run a Marian model: CTranslate2 for speed, transformers as the reference; one contract (``base``)."""
