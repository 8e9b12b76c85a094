"""From paragraphs to sentences: lines first, then marks that end a sentence, then the rules of each language."""

from muwazi.corpus.splitting.split import split_article, split_line, split_text

__all__ = ["split_article", "split_line", "split_text"]
