"""Maps the top-level folders to subpackages of ``muwazi`` (everything else stands in pyproject.toml).

The folders ``corpus``, ``align``, ``translate`` and ``eval`` are no names to put into a user's site-packages, so they
are installed as ``muwazi.corpus`` and so on. Subpackages are found here so that a new folder needs no entry anywhere.
"""

from setuptools import find_namespace_packages, setup

FOLDERS = ("corpus", "align", "translate", "eval")

DATA = ("typed", "html", "css", "js", "json", "txt", "spm", "bin", "safetensors", "md", "toml", "sh")


def below(folder: str) -> list[str]:
    """Folders below ``folder`` as dotted names: packages, and folders of data, which setuptools wants named as well."""
    return find_namespace_packages(folder, exclude=["*__pycache__*"])


packages = ["muwazi", *(f"muwazi.{name}" for name in below("muwazi"))]
package_dir = {"muwazi": "muwazi"}
for folder in FOLDERS:
    package_dir[f"muwazi.{folder}"] = folder
    packages += [f"muwazi.{folder}", *(f"muwazi.{folder}.{name}" for name in below(folder))]

setup(
    packages=packages,
    package_dir=package_dir,
    package_data={"": [f"*.{suffix}" for suffix in DATA]},
)
