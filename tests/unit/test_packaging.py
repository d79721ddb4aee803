"""What ships: setup.cfg's list of packages is the tree, and docs made from code are up to date."""

import configparser
from pathlib import Path

from lms_carbon.core.config import describe_settings

ROOT = Path(__file__).parents[2]


def packages_in_the_tree() -> set[str]:
    found = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for file in (ROOT / "lms_carbon").rglob("__init__.py")
        if "__pycache__" not in file.parts
    }
    return found | {"lms_carbon.migrations", "lms_carbon.migrations.versions"}


def test_setup_lists_exactly_the_packages_of_the_tree() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert set(setup["options"]["packages"].split()) == packages_in_the_tree()


def test_every_folder_with_code_is_a_package() -> None:
    folders = {file.parent for file in (ROOT / "lms_carbon").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_package_files_hold_a_docstring_and_nothing_else() -> None:
    for file in (ROOT / "lms_carbon").rglob("__init__.py"):
        text = file.read_text().strip()
        assert text.startswith('"""'), file
        assert text.endswith('"""'), file
        assert text.count('"""') == 2, file


def test_configuration_page_is_made_from_the_settings() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text().endswith(describe_settings())


def test_files_stay_small() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for folder in ("lms_carbon", "demo", "tools", "bench")
        for suffix in ("*.py", "*.js")
        for file in (ROOT / folder).rglob(suffix)
        if (lines := len(file.read_text().splitlines())) > 300
    }
    assert long == {}
