"""The seed of a sandbox: its people, courses, activities and the tool that it knows, read from a YAML or JSON file."""

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import yaml

from lms_carbon.sandbox.errors import ConfigError
from lms_carbon.sandbox.rules import RULES, Rules
from lms_carbon.sandbox.vocabulary import INSTRUCTOR, LEARNER, SCOPES

Text = dict[str, str]  # {"zh": …, "en": …}


@dataclass(frozen=True)
class Person:
    """Someone who can be chosen in the header. `role` names the part they play, `roles` are the LMS's role URIs."""

    sub: str
    role: str
    name: Text
    given_name: Text
    family_name: Text
    email: str | None
    roles: tuple[str, ...]
    totp_secret: str | None
    """Base32; what this person's authenticator would hold, so that the demo can show its code (RFC 6238)."""

    @property
    def is_teacher(self) -> bool:
        """Whether the course is theirs to change."""
        return INSTRUCTOR in self.roles

    @property
    def is_learner(self) -> bool:
        """Whether the gradebook has a row for this person."""
        return LEARNER in self.roles


@dataclass(frozen=True)
class Registration:
    """The tool as the platform knows it; URLs are relative to the tool's address."""

    client_id: str
    deployment_id: str
    name: str
    login_url: str
    launch_url: str
    keyset_url: str
    scopes: tuple[str, ...]

    def at(self, tool_url: str, path: str) -> str:
        """The absolute URL of `path` at the tool."""
        return urljoin(tool_url.rstrip("/") + "/", path)


@dataclass(frozen=True)
class LineItem:
    """A column of the gradebook that exists from the start."""

    label: str
    score_maximum: float


@dataclass(frozen=True)
class Activity:
    """A resource link of a course. `target` is the target_link_uri, relative to the tool's address."""

    resource_link_id: str
    title: Text
    note: Text
    target: str
    custom: dict[str, str]
    line_item: LineItem | None


@dataclass(frozen=True)
class Course:
    """An LTI context; `language` is the one in which its roster names people."""

    id: str
    label: str
    title: Text
    language: str
    client_id: str
    """The tool that it uses while no administrator gave it another."""
    people: tuple[str, ...]
    """Subs of its members."""
    activities: tuple[Activity, ...]

    @cached_property
    def subs(self) -> frozenset[str]:
        """The members' subs, to look one up."""
        return frozenset(self.people)


@dataclass(frozen=True)
class SandboxConfig:
    """Everything that a fresh sandbox starts with; `introduction` tells a newcomer what to click, step by step."""

    name: Text
    guid: str
    introduction: tuple[Text, ...]
    rules: Rules
    registrations: tuple[Registration, ...]
    people: tuple[Person, ...]
    courses: tuple[Course, ...]

    @cached_property
    def _by_sub(self) -> dict[str, Person]:
        return {person.sub: person for person in self.people}

    def person(self, sub: str | None) -> Person | None:
        """The person with that sub."""
        return self._by_sub.get(sub) if sub is not None else None

    def course(self, course_id: str) -> Course | None:
        """The course with that id."""
        return next((course for course in self.courses if course.id == course_id), None)

    def members(self, course: Course) -> list[Person]:
        """The people of a course, in the order of the seed."""
        return [person for person in self.people if person.sub in course.subs]

    def member(self, course: Course, sub: str | None) -> Person | None:
        """The person with that sub, if the course has them."""
        return self.person(sub) if sub in course.subs else None


def load_config(path: Path | None = None) -> SandboxConfig:
    """The seed in `path` (YAML, of which JSON is a part), or the demo's. Raises ConfigError."""
    if path is None:
        return _demo_config()
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"The sandbox's seed cannot be read: {error}") from error
    return parse_config(raw)


@cache
def _demo_config() -> SandboxConfig:
    seed = resources.files("lms_carbon.sandbox") / "data" / "demo.yaml"
    return parse_config(yaml.safe_load(seed.read_text("utf-8")))


def parse_config(raw: Any) -> SandboxConfig:
    """The seed in `raw`, the parsed file. Raises ConfigError, naming what is missing or twice there."""
    try:
        registrations = tuple(_registration(each) for each in raw["tools"])
        people = tuple(_person(each) for each in raw["people"])
        config = SandboxConfig(
            name=_text(raw["platform"]["name"]),
            guid=str(raw["platform"]["guid"]),
            introduction=tuple(_text(each) for each in raw.get("introduction", ())),
            rules=_rules(raw.get("rules", "plain")),
            registrations=registrations,
            people=people,
            courses=tuple(_course(each, registrations, people) for each in raw["courses"]),
        )
    except ConfigError:
        raise
    except KeyError as error:
        raise ConfigError(f"The sandbox's seed lacks {error}.") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"The sandbox's seed has the wrong shape: {error}") from error
    _once([person.sub for person in config.people], "sub")
    _once([each.client_id for each in config.registrations], "client_id")
    _once([course.id for course in config.courses], "course id")
    links = [each.resource_link_id for course in config.courses for each in course.activities]
    _once(links, "resource_link_id")
    if not config.registrations or not config.courses or not all(config.members(each) for each in config.courses):
        raise ConfigError("The sandbox's seed needs at least one tool, and one course with at least one person.")
    return config


def _once(values: list[str], what: str) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ConfigError(f"The sandbox's seed has the {what} {', '.join(twice)} more than once.")


def _text(raw: Any) -> Text:
    if set(raw) - {"zh", "en"}:  # `{zh: …, en: one, two}` is three keys to YAML: the text needs quotes
        raise ConfigError(f"The sandbox's seed has a text with more than zh and en: {raw}")
    return {"zh": str(raw["zh"]), "en": str(raw["en"])}


def _rules(name: str) -> Rules:
    if name not in RULES:
        raise ConfigError(f"The sandbox knows no rules named {name}; it has {', '.join(RULES)}.")
    return RULES[name]


def _person(raw: dict[str, Any]) -> Person:
    return Person(
        sub=str(raw["sub"]),
        role=str(raw["role"]),
        name=_text(raw["name"]),
        given_name=_text(raw["given_name"]),
        family_name=_text(raw["family_name"]),
        email=raw.get("email"),
        roles=tuple(raw["roles"]),
        totp_secret=raw.get("totp_secret"),
    )


def _registration(raw: dict[str, Any]) -> Registration:
    return Registration(
        client_id=str(raw["client_id"]),
        deployment_id=str(raw["deployment_id"]),
        name=str(raw["name"]),
        login_url=str(raw["login_url"]),
        launch_url=str(raw["launch_url"]),
        keyset_url=str(raw["keyset_url"]),
        scopes=tuple(raw.get("scopes", SCOPES)),
    )


def _activity(raw: dict[str, Any]) -> Activity:
    item = raw.get("line_item")
    return Activity(
        resource_link_id=str(raw["resource_link_id"]),
        title=_text(raw["title"]),
        note=_text(raw.get("note", {"zh": "", "en": ""})),
        target=str(raw["target"]),
        custom={str(key): str(value) for key, value in raw.get("custom", {}).items()},
        line_item=LineItem(str(item["label"]), float(item["score_maximum"])) if item else None,
    )


def _course(raw: dict[str, Any], registrations: tuple[Registration, ...], people: tuple[Person, ...]) -> Course:
    """A course; without `tool` it uses the first one, without `people` it has everybody."""
    course = Course(
        id=str(raw["id"]),
        label=str(raw["label"]),
        title=_text(raw["title"]),
        language=str(raw.get("language", "zh")),
        client_id=str(raw.get("tool", registrations[0].client_id if registrations else "")),
        people=tuple(raw.get("people", [person.sub for person in people])),
        activities=tuple(_activity(each) for each in raw.get("activities", ())),
    )
    known = {registration.client_id for registration in registrations} | {person.sub for person in people}
    unknown = sorted({course.client_id, *course.people} - known)
    if unknown:
        raise ConfigError(f"The sandbox's seed has nobody and nothing called {', '.join(unknown)}.")
    return course
