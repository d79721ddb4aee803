"""Reading documents that people write: the shipped framework, a framework file, a policy file (YAML or JSON)."""

import json
from collections.abc import Hashable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from lms_carbon.framework.errors import UnreadableDocumentError
from lms_carbon.framework.parsing import parse_framework
from lms_carbon.framework.rules import Framework

SHIPPED = "t-miitec-020-2024.yaml"
MAX_BYTES = 4 * 1024 * 1024


class _StrictLoader(yaml.SafeLoader):
    """Refuses duplicate keys and aliases, and keeps decimals as they were typed: 60.10 must not become 60.1."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        # Aliases make small files expand without end, and no document of ours needs them.
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not used here", None)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, "keys must be words", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key} occurs twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _as_written(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(node.value)


_StrictLoader.add_constructor("tag:yaml.org,2002:float", _as_written)
_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def parse_document(source: str, *, name: str) -> Any:
    """Return the content of a YAML document (JSON is one too); raises `UnreadableDocumentError`."""
    try:
        if name.endswith(".json"):
            return json.loads(source, parse_float=str, object_pairs_hook=_unique)
        return yaml.load(source, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader, only stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableDocumentError(name, " ".join(str(error).split())) from error


def read_document(path: Path) -> Any:
    """Return the content of a file written by a person; raises `UnreadableDocumentError`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UnreadableDocumentError(path.name, f"it is larger than {MAX_BYTES // 1024 // 1024} MB")
        return parse_document(content.decode("utf-8-sig"), name=path.name)
    except UnicodeDecodeError as error:
        raise UnreadableDocumentError(path.name, "it is not UTF-8 text") from error
    except OSError as error:
        raise UnreadableDocumentError(path.name, error.strerror or "it cannot be opened") from error


def read_framework(path: Path) -> Framework:
    """Return the framework of a file; raises `UnreadableDocumentError` or `InvalidFrameworkError`."""
    return parse_framework(read_document(path))


@cache
def shipped_framework() -> Framework:
    """Return T/MIITEC 020-2024 as it ships; needs neither database nor settings."""
    source = resources.files("lms_carbon.framework") / "data" / SHIPPED
    return parse_framework(parse_document(source.read_text("utf-8"), name=SHIPPED))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            raise ValueError(f"{key} occurs twice")
        content[key] = value
    return content
