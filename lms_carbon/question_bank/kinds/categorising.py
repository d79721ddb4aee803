"""Categorising: each row falls into one category."""

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.pairing import PairsKind
from lms_carbon.question_bank.kinds.part_schemas import CategorisingSchema


class Categorising(PairsKind):
    """Scored by row."""

    name = "categorising"
    title = mark("Categorising")
    content_schema = CategorisingSchema
    targets = "categories"
    pointer = "category"
    mixes_targets = False
    too_few_targets = mark("At least two categories are needed.")
    no_target = mark("Say which category this row falls into.")
