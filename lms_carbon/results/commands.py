"""`lms-carbon level`: what scores come to, by the same rules as every result."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from lms_carbon.core.errors import DomainError
from lms_carbon.framework.documents import read_document, shipped_framework
from lms_carbon.framework.layout import table
from lms_carbon.framework.rules import Band, Dimension
from lms_carbon.results.policies import example_policy, parse_policy
from lms_carbon.results.rules import (
    Decision,
    Outcome,
    Policy,
    decide_level,
    decision_as_json,
    format_cut,
    format_score,
    parse_score,
    parse_years,
)

SENTENCES = {
    Outcome.BELOW_BAND: "Below the {band} band",
    Outcome.INCOMPLETE: "Incomplete, {band} band: no score for {missing}",
    Outcome.INELIGIBLE: "Ineligible for the {band} band: it asks for {asked} years of experience",
}


class Hundredths(click.ParamType[int]):
    """A number with at most two decimals, read as hundredths by `parse`."""

    name = "number"

    def __init__(self, parse: Callable[[object], int]) -> None:
        """Read with the rules' own parser."""
        self.parse = parse

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return hundredths; what the rules refuse ends the command with their sentence and status 2."""
        try:
            return self.parse(value)
        except DomainError as problem:
            self.fail(str(problem), param, ctx)


@click.group("level")
def level_commands() -> None:
    """Levels by weights, cuts and experience."""


@level_commands.command("compute")
@click.option("--band", "band_code", required=True, help="junior, intermediate or senior.")
@click.option("--knowledge", type=Hundredths(parse_score), help="Score from 0 to 100; left out, it is missing.")
@click.option("--skill", type=Hundredths(parse_score), help="Likewise.")
@click.option("--practice", type=Hundredths(parse_score), help="Likewise.")
@click.option("--years", type=Hundredths(parse_years), help="Years of experience; left out, not checked.")
@click.option(
    "--policy",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A policy (YAML or JSON) in place of the example policy.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def compute(
    band_code: str,
    knowledge: int | None,
    skill: int | None,
    practice: int | None,
    years: int | None,
    path: Path | None,
    form: str,
) -> None:
    """Print the level that scores come to. Needs neither database nor settings."""
    scores = {Dimension.KNOWLEDGE: knowledge, Dimension.SKILL: skill, Dimension.PRACTICE: practice}
    band = _band(band_code)
    try:
        decision = decide_level(band=band, scores=scores, policy=_policy(path), years=years)
    except DomainError as problem:
        click.echo(f"Error: {problem}", err=True)
        sys.exit(2)
    if form == "json":
        click.echo(json.dumps(decision_as_json(decision), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(decision_as_lines(decision)))


def _band(code: str) -> Band:
    bands = shipped_framework().bands
    for band in bands:
        if band.code == code:
            return band
    known = ", ".join(band.code for band in bands)
    raise click.BadParameter(f"{code} is not a band; the bands are {known}.", param_hint="--band")


def _policy(path: Path | None) -> Policy:
    bands = shipped_framework().bands
    if path is None:
        return example_policy(bands)
    return parse_policy(read_document(path), bands=bands, default_name=path.stem)


def decision_as_lines(decision: Decision) -> list[str]:
    """Return a decision as lines for a terminal: outcome, arithmetic, policy."""
    rows = [
        [
            part.dimension.value.capitalize(),
            "–" if part.score is None else format_score(part.score),
            f"{part.weight} %",
            "–" if part.contribution is None else format_score(part.contribution),
        ]
        for part in decision.dimensions
    ]
    rows.append(["Total", "", "", "–" if decision.total is None else format_score(decision.total)])
    return [
        _headline(decision),
        "",
        *table(["Dimension", "Score", "Weight", "Adds"], rows, right=(1, 2, 3)),
        "",
        _policy_line(decision),
    ]


def _headline(decision: Decision) -> str:
    if decision.level is not None:
        return f"Level {decision.level}, {decision.band.code} band"
    return SENTENCES[decision.outcome].format(
        band=decision.band.code,
        missing=", ".join(decision.missing),
        asked=decision.policy.experience_years.get(decision.band.code),
    )


def _policy_line(decision: Decision) -> str:
    policy, band = decision.policy, decision.band
    cuts = ", ".join(
        f"level {level} from {format_cut(cut)}" for level, cut in zip(band.levels, policy.cuts_of(band), strict=True)
    )
    least = ", ".join(f"{d} at least {format_cut(score)}" for d, score in policy.minimums.items())
    return f"Policy: {policy.name}, version {policy.version}: {cuts}; {least or 'no minimum per dimension'}"
