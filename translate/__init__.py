"""Arabic to English: models, engines, batching, guards; training and adaptation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muwazi.translate.settings import TranslationSettings
    from muwazi.translate.translator import Translator
    from muwazi.translate.types import Alternative, ModelInfo, Translation

__all__ = ["Alternative", "ModelInfo", "Translation", "TranslationSettings", "Translator"]


def __getattr__(name: str) -> Any:
    if name in ("Alternative", "ModelInfo", "Translation"):
        from muwazi.translate import types

        return getattr(types, name)
    if name == "Translator":
        from muwazi.translate.translator import Translator

        return Translator
    if name == "TranslationSettings":
        from muwazi.translate.settings import TranslationSettings

        return TranslationSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
