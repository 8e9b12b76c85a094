"""Reading articles and paired segments from files.

``discover`` lists what a folder holds without opening it, ``load`` reads one document with all its sides, and
``read_article`` reads one file. Parsers (lxml, trafilatura, python-docx) are imported when a file needs them.
"""

from muwazi.corpus.reading.documents import load, load_pairs, read_article
from muwazi.corpus.reading.files import Discovery, DocumentFiles, Skipped, discover

__all__ = ["Discovery", "DocumentFiles", "Skipped", "discover", "load", "load_pairs", "read_article"]
