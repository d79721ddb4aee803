"""Bring the Chinese catalogues up to date with the message ids in code and templates (`make messages`).

Every package keeps `translations/zh.po`. A message id that `core` or `web` use themselves is translated there and
nowhere else; all others in each package that uses them. New ids are added with an empty translation, ids that nobody
uses any more go away. `tests/unit/test_catalogues.py` fails while a translation is missing.
"""

import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1] / "lms_carbon"
SHARED = ("core", "web")
SAMPLES = ("templates/web/style.html", "templates/web/_style_", "web/samples.py")
"""Where `web` says words only to show how they look; nobody else relies on their being there."""
SEPARATE = frozenset({"sandbox"})
"""Packages that are no part of the tool's pages and keep their words themselves."""
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
HEADER = r"""msgid ""
msgstr ""
"Language: zh_CN\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
Id = str | tuple[str, ...]
Key = tuple[str | None, Id]
"""Context, message id; with plural a tuple of both forms."""
Found = dict[Key, set[str]]
"""Message → files it occurs in."""


def packages() -> list[str]:
    """Return the packages that have words of their own."""
    return sorted(p.name for p in ROOT.iterdir() if (p / "__init__.py").is_file() and p.name not in SEPARATE)


def extract_messages(package: str) -> Found:
    """Return the message ids of one package's code and templates."""
    found: Found = {}
    for file, method in _sources(ROOT / package):
        for _line, message, _comments, context in extract_from_file(method, str(file), keywords=KEYWORDS):
            if message:
                found.setdefault((context, _plain(message)), set()).add(str(file.relative_to(ROOT.parent)))
    return found


def _sources(folder: Path) -> Iterator[tuple[Path, str]]:
    for file in sorted(folder.rglob("*.py")):
        yield file, "python"
    for file in sorted(folder.rglob("templates/**/*.*")):
        yield file, "jinja2.ext:babel_extract"


def _plain(message: str | Sequence[str] | None) -> Id:
    return message if isinstance(message, str) else tuple(message or ())


def extract_all() -> Mapping[str, Found]:
    """Return the message ids of all packages."""
    return {package: extract_messages(package) for package in packages()}


def wanted_in(package: str, everything: Mapping[str, Found]) -> Found:
    """Return what a package's catalogue has to hold."""
    shared = SHARED[: SHARED.index(package)] if package in SHARED else SHARED
    elsewhere = {key for name in shared for key, files in everything[name].items() if not _is_sample(files)}
    return {key: files for key, files in everything[package].items() if key not in elsewhere}


def _is_sample(files: Iterable[str]) -> bool:
    return all(any(part in file for part in SAMPLES) for file in files)


def catalogue_path(package: str) -> Path:
    """Return where a package's Chinese lies."""
    return ROOT / package / "translations" / "zh.po"


def read_catalogue(package: str) -> Catalog:
    """Return a package's catalogue; an empty one where there is none yet."""
    path = catalogue_path(package)
    return read_po(io.BytesIO(path.read_bytes() if path.is_file() else b""), locale="zh_CN")


def entries(catalogue: Catalog) -> dict[Key, str | tuple[str, ...]]:
    """Return the translations of a catalogue; fuzzy ones do not count as such."""
    return {
        (entry.context, _plain(entry.id)): "" if entry.fuzzy else _plain(entry.string)
        for entry in catalogue
        if entry.id
    }


def update_catalogue(package: str, wanted: Found) -> bool:
    """Rewrite a package's catalogue; tell whether everything in it is translated."""
    known = {**_known_anywhere(), **entries(read_catalogue(package))}
    catalogue = Catalog(locale="zh_CN")
    for context, message in sorted(wanted, key=lambda key: (str(key[1]), key[0] or "")):
        places = [(file, 0) for file in sorted(wanted[context, message])]
        catalogue.add(message, known.get((context, message), ""), locations=places, context=context)
    path = catalogue_path(package)
    if not wanted:
        path.unlink(missing_ok=True)
        return True
    written = io.BytesIO()
    write_po(written, catalogue, width=100, omit_header=True, include_lineno=False)
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + written.getvalue().decode().lstrip("\n"))
    return all(any(known.get(key, "")) for key in wanted)


def _known_anywhere() -> dict[Key, str | tuple[str, ...]]:
    """Return every translation there is: an id that moved to another package takes its Chinese along."""
    known: dict[Key, str | tuple[str, ...]] = {}
    for package in packages():
        known.update({key: text for key, text in entries(read_catalogue(package)).items() if any(text)})
    return known


def main(chosen: Iterable[str]) -> int:
    """Update the chosen packages' catalogues, else all; the status tells whether anything is left to translate."""
    everything = extract_all()
    open_packages = [
        package
        for package in (list(chosen) or packages())
        if not update_catalogue(package, wanted_in(package, everything))
    ]
    for package in open_packages:
        sys.stdout.write(f"{catalogue_path(package).relative_to(ROOT.parent)} has entries without a translation\n")
    return 1 if open_packages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
