"""Putting a framework into the database."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import Model, session
from lms_carbon.framework import models, rules
from lms_carbon.framework.errors import RequirementsRemovedError


@dataclass
class LoadOutcome:
    """How many rows a load has added and changed; both 0 where everything was there already."""

    added: int = 0
    changed: int = 0


def load_framework(framework: rules.Framework, *, at: datetime) -> LoadOutcome:
    """Bring the framework's rows up to date; rows keep their ids and requirements their GUIDs.

    Another edition has another code and loads beside this one. Raises `RequirementsRemovedError` where the
    document lacks requirements that are loaded, since tags, marks and results may name them.
    """
    load = _Load(at)
    row = load.framework(framework)
    load.directions(row, framework)
    load.positions(row, framework)
    load.statements(row, framework)
    load.requirements(row, framework)
    if load.outcome.added or load.outcome.changed:
        row.loaded_at = at
        session.flush()
    return load.outcome


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class _Load:
    """One load: what was found, what was made, and the count of both."""

    at: datetime
    outcome: LoadOutcome = field(default_factory=LoadOutcome)
    direction_ids: dict[str, int] = field(default_factory=dict)
    position_ids: dict[str, int] = field(default_factory=dict)
    statement_ids: dict[str, int] = field(default_factory=dict)

    def add(self, row: Model) -> None:
        session.add(row)
        self.outcome.added += 1

    def update(self, row: Model, **values: Any) -> None:
        """Set what differs; count the row once."""
        differing = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in differing.items():
            setattr(row, name, value)
        self.outcome.changed += bool(differing)

    def framework(self, framework: rules.Framework) -> models.Framework:
        document = json.loads(json.dumps(framework.document))
        digest = digest_of(json.dumps(document, sort_keys=True, ensure_ascii=False))
        values = {"title": framework.title.as_json(), "document": document, "digest": digest}
        row = session.scalar(sa.select(models.Framework).filter_by(code=framework.code))
        if row is None:
            row = models.Framework(code=framework.code, loaded_at=self.at, **values)
            self.add(row)
            session.flush()
        else:
            self._refuse_removal(row, framework)
            self.update(row, **values)
        return row

    def _refuse_removal(self, row: models.Framework, framework: rules.Framework) -> None:
        loaded = session.scalars(sa.select(models.Requirement.code).filter_by(framework_id=row.id))
        missing = sorted(set(loaded) - {r.code for r in framework.requirements})
        if missing:
            raise RequirementsRemovedError(framework=row.code, codes=", ".join(missing))

    def directions(self, row: models.Framework, framework: rules.Framework) -> None:
        known = {d.code: d for d in session.scalars(sa.select(models.Direction).filter_by(framework_id=row.id))}
        for ordinal, direction in enumerate(framework.directions, start=1):
            values = {"ordinal": ordinal, "title": direction.title.as_json()}
            if direction.code in known:
                self.update(known[direction.code], **values)
            else:
                known[direction.code] = models.Direction(framework_id=row.id, code=direction.code, **values)
                self.add(known[direction.code])
        session.flush()
        self.direction_ids = {code: direction.id for code, direction in known.items()}

    def positions(self, row: models.Framework, framework: rules.Framework) -> None:
        known = {p.code: p for p in session.scalars(sa.select(models.Position).filter_by(framework_id=row.id))}
        direction_of = {p.code: d.code for d in framework.directions for p in d.positions}
        for ordinal, position in enumerate(framework.positions, start=1):
            values = {
                "direction_id": self.direction_ids[direction_of[position.code]],
                "ordinal": ordinal,
                "title": position.title.as_json(),
                "duties": position.duties.as_json(),
            }
            if position.code in known:
                self.update(known[position.code], **values)
            else:
                known[position.code] = models.Position(framework_id=row.id, code=position.code, **values)
                self.add(known[position.code])
        session.flush()
        self.position_ids = {code: position.id for code, position in known.items()}

    def statements(self, row: models.Framework, framework: rules.Framework) -> None:
        known = {s.digest: s for s in session.scalars(sa.select(models.Statement).filter_by(framework_id=row.id))}
        self._carry_over_corrections(row, framework, known)
        for requirement in framework.requirements:
            digest = digest_of(requirement.text.zh)
            values = {"dimension": requirement.dimension.value, "text": requirement.text.as_json()}
            if digest in known:
                self.update(known[digest], **values)
            else:
                known[digest] = models.Statement(framework_id=row.id, digest=digest, **values)
                self.add(known[digest])
        session.flush()
        self.statement_ids = {digest: statement.id for digest, statement in known.items()}

    def _carry_over_corrections(
        self, row: models.Framework, framework: rules.Framework, known: dict[str, models.Statement]
    ) -> None:
        """Keep the row of a statement whose wording was corrected everywhere at once: tags hang on its id."""
        wanted = {r.code: digest_of(r.text.zh) for r in framework.requirements}
        pairs = session.execute(
            sa.select(models.Requirement.code, models.Requirement.statement_id).filter_by(framework_id=row.id)
        )
        becomes: dict[int, set[str]] = {}
        for code, statement_id in pairs:
            becomes.setdefault(statement_id, set()).add(wanted[code])
        for old, statement in _outdated(known, wanted.values()).items():
            new = becomes.get(statement.id, set())
            if len(new) == 1 and not new & known.keys():
                statement.digest = new.pop()
                known[statement.digest] = known.pop(old)

    def requirements(self, row: models.Framework, framework: rules.Framework) -> None:
        known = {r.code: r for r in session.scalars(sa.select(models.Requirement).filter_by(framework_id=row.id))}
        for requirement in framework.requirements:
            values = {
                "position_id": self.position_ids[requirement.position_code],
                "statement_id": self.statement_ids[digest_of(requirement.text.zh)],
                "guid": str(requirement.guid),
                "dimension": requirement.dimension.value,
                "ordinal": requirement.ordinal,
                "proficiency": list(requirement.proficiency),
            }
            if requirement.code in known:
                self.update(known[requirement.code], **values)
            else:
                self.add(models.Requirement(framework_id=row.id, code=requirement.code, **values))
        session.flush()


def _outdated(known: Mapping[str, models.Statement], wanted: Iterable[str]) -> dict[str, models.Statement]:
    keep = set(wanted)
    return {digest: statement for digest, statement in known.items() if digest not in keep}
