"""Matching: each row has its option. Options may serve several rows or none."""

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.pairing import PairsKind
from lms_carbon.question_bank.kinds.part_schemas import MatchingSchema


class Matching(PairsKind):
    """Scored by row."""

    name = "matching"
    title = mark("Matching")
    content_schema = MatchingSchema
    targets = "options"
    pointer = "option"
    mixes_targets = True
    too_few_targets = mark("At least two options are needed.")
    no_target = mark("Say which option belongs to this row.")
