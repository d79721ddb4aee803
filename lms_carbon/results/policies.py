"""Policies: the example that ships, and those that people write."""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.framework.rules import Band, Dimension
from lms_carbon.results.errors import InvalidPolicyError, InvalidScoreError
from lms_carbon.results.rules import Policy, parse_score

EXAMPLE_NAME: Final = mark("Example policy")
EXAMPLE_VERSION: Final = "1"
EXAMPLE_CUTS: Final = (60_00, 75_00, 90_00)
KEYS: Final = ("name", "version", "cuts", "minimums", "experience_years")


def example_policy(bands: Sequence[Band]) -> Policy:
    """Return the policy that ships: cuts at 60, 75 and 90, no minimums, experience as the bands ask (B.2).

    An example, not a recommendation: no cycle opens before an officer has confirmed a policy (DESIGN §3).
    """
    return Policy(
        name=EXAMPLE_NAME,
        version=EXAMPLE_VERSION,
        cuts={band.code: EXAMPLE_CUTS for band in bands},
        minimums={},
        experience_years={band.code: band.experience_years for band in bands},
    )


def parse_policy(document: object, *, bands: Sequence[Band], default_name: str = "") -> Policy:
    """Return the policy of a document; raises `InvalidPolicyError`.

    `cuts` is needed, for at least one band. Left out, `minimums` are none, `experience_years` are the bands', and
    the version is a digest of the content, so that two different policies never look the same.
    """
    if not isinstance(document, Mapping):
        raise InvalidPolicyError("the top", f"a mapping with {', '.join(KEYS)} is expected")
    unknown = sorted(str(key) for key in document if key not in KEYS)
    if unknown:
        raise InvalidPolicyError(unknown[0], f"it is none of {', '.join(KEYS)}")
    name = document.get("name", default_name)
    if not isinstance(name, str) or not name.strip():
        raise InvalidPolicyError("name", "a text is expected")
    return Policy(
        name=name,
        version=_version(document),
        cuts=_cuts(document.get("cuts"), bands),
        minimums=_minimums(document.get("minimums")),
        experience_years=_experience_years(document, bands),
    )


def _version(document: Mapping[str, Any]) -> str | int:
    if "version" not in document:
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:12]
    version = document["version"]
    if isinstance(version, bool) or not isinstance(version, int | str) or not str(version).strip():
        raise InvalidPolicyError("version", "a text or number is expected")
    return version


def _cuts(value: object, bands: Sequence[Band]) -> dict[str, tuple[int, ...]]:
    if not isinstance(value, Mapping) or not value:
        raise InvalidPolicyError("cuts", "a list of cut scores for each band is expected")
    _refuse_unknown_bands(value, bands, "cuts")
    return {band.code: _rising(value[band.code], band) for band in bands if band.code in value}


def _rising(value: object, band: Band) -> tuple[int, ...]:
    place = f"cuts.{band.code}"
    if not isinstance(value, list) or len(value) != len(band.levels):
        raise InvalidPolicyError(place, f"{len(band.levels)} cut scores are expected, one for each level")
    cuts = tuple(_score(cut, place) for cut in value)
    if any(higher <= lower for lower, higher in itertools.pairwise(cuts)):
        raise InvalidPolicyError(place, f"cut scores must rise, and {', '.join(map(str, value))} do not")
    return cuts


def _minimums(value: object) -> dict[Dimension, int]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not set(value) <= set(Dimension):
        raise InvalidPolicyError("minimums", "scores by dimension are expected: knowledge, skill, practice")
    return {d: _score(value[d.value], f"minimums.{d}") for d in Dimension if d.value in value}


def _experience_years(document: Mapping[str, Any], bands: Sequence[Band]) -> dict[str, int | None]:
    value = document.get("experience_years", {})
    if not isinstance(value, Mapping):
        raise InvalidPolicyError("experience_years", "years by band are expected")
    _refuse_unknown_bands(value, bands, "experience_years")
    for band, years in value.items():
        if years is not None and (type(years) is not int or not 0 <= years <= 100):
            raise InvalidPolicyError(f"experience_years.{band}", "whole years are expected, or null")
    return {band.code: value.get(band.code, band.experience_years) for band in bands}


def _refuse_unknown_bands(value: Mapping[str, Any], bands: Sequence[Band], place: str) -> None:
    codes = [band.code for band in bands]
    for key in value:
        if key not in codes:
            raise InvalidPolicyError(f"{place}.{key}", f"the bands are {', '.join(codes)}")


def _score(value: object, place: str) -> int:
    try:
        return parse_score(value)
    except InvalidScoreError as error:
        raise InvalidPolicyError(place, f"{value} is not from 0 to 100 with at most two decimals") from error
