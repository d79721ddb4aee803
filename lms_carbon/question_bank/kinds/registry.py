"""All kinds of question, by name, in the order in which pages list them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lms_carbon.question_bank.kinds.base import Kind
from lms_carbon.question_bank.kinds.calculated import Calculated
from lms_carbon.question_bank.kinds.case import Case
from lms_carbon.question_bank.kinds.categorising import Categorising
from lms_carbon.question_bank.kinds.cloze import Cloze
from lms_carbon.question_bank.kinds.hotspot import Hotspot
from lms_carbon.question_bank.kinds.matching import Matching
from lms_carbon.question_bank.kinds.multiple_choice import MultipleChoice
from lms_carbon.question_bank.kinds.numeric import Numeric
from lms_carbon.question_bank.kinds.ordering import Ordering
from lms_carbon.question_bank.kinds.short_text import ShortText
from lms_carbon.question_bank.kinds.single_choice import SingleChoice
from lms_carbon.question_bank.kinds.true_false import TrueFalse

_SIMPLE: Final = (
    SingleChoice(),
    MultipleChoice(),
    TrueFalse(),
    Numeric(),
    Calculated(),
    ShortText(),
    Cloze(),
    Matching(),
    Ordering(),
    Categorising(),
    Hotspot(),
)
_ALL: Final = (*_SIMPLE, Case(_SIMPLE))

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Kinds by name. A name in the database that is not here is a defect and raises KeyError."""
