"""What every new app would compile again, kept for all apps of a run: templates, and the builders of addresses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

_Builder = Callable[..., tuple[str, str]]


def keep_templates(folder: Path) -> None:
    """Let all apps, the sandbox's too, find their templates compiled in `folder` by whoever came first."""
    folder.mkdir(exist_ok=True)
    Flask.jinja_options["bytecode_cache"] = FileSystemBytecodeCache(str(folder))


def keep_builders() -> None:
    """Compile the function that builds a rule's address once for all maps.

    Werkzeug writes it as source for each rule: two thirds of what making an app costs. It is the same for the same
    parts, and finds the converters through the rule that it is bound to.
    """
    compiled: dict[object, _Builder] = {}
    compile_builder = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> _Builder:
        defaults: dict[str, Any] = dict(rule.defaults or {})
        key = (tuple(rule._trace), tuple(sorted(defaults.items())), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]
