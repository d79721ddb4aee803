"""What the shipped questions must be as a whole: covering the standard, in both languages, sourced, above recall."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.framework.rules import Dimension, Framework
from lms_carbon.question_bank.html import plain_text
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.samples import SampleDefectError, SampleQuestion, make_sample

PER_STATEMENT: Final = 4
LEAST_KINDS: Final = 8
RECALL: Final = "remember"
OUR_STANDARD: Final = "T/MIITEC 020-2024"
_OWN: Final = re.compile("题目给出|题给|题目列出|为本题|为本题库编写")
"""What a Chinese source says where a question rests on its own stem."""
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_IN_BRACKETS: Final = re.compile(r"[（(][^()（）]*[)）]")


@dataclass(frozen=True, slots=True)
class ContentReport:
    """What there is, and all that is wrong with it; the shipped content has no `faults`."""

    statements: Mapping[str, int]
    """Questions by knowledge statement, named by its first requirement."""
    kinds: Mapping[str, int]
    levels: Mapping[str, int]
    questions: int
    for_experts: int
    faults: Sequence[str]


def check_samples(rows: Iterable[Mapping[str, Any]], framework: Framework) -> ContentReport:
    """Read all rows and report; a row that cannot be read is a fault and counts nowhere."""
    samples, faults = [], []
    for row in rows:
        try:
            samples.append(make_sample(row))
        except SampleDefectError as error:
            faults.append(str(error))
    counted = [sample for sample in samples if sample.tags]
    report = ContentReport(
        statements=_by_statement(counted, framework),
        kinds=Counter(sample.kind for sample in counted),
        levels=Counter(sample.cognitive for sample in counted),
        questions=len(counted),
        for_experts=sum(sample.needs_expert_review for sample in counted),
        faults=faults,
    )
    faults += [f"{code}: the code is there {times} times" for code, times in _repeated(samples)]
    faults += [f"{code}: apart from {other}, which is not there" for code, other in _lonely(samples)]
    faults += [f"{sample.code}: {fault}" for sample in samples for fault in _faults(sample, framework)]
    faults += _gaps(report)
    return report


def _by_statement(samples: Sequence[SampleQuestion], framework: Framework) -> dict[str, int]:
    first: dict[str, str] = {}
    names: dict[str, str] = {}
    for position in framework.positions:
        for requirement in position.requirements_of(Dimension.KNOWLEDGE):
            names[requirement.code] = first.setdefault(requirement.text.zh, requirement.code)
    counts = Counter(name for sample in samples for name in {names[tag] for tag in sample.tags if tag in names})
    return {name: counts[name] for name in first.values()}


def _repeated(samples: Sequence[SampleQuestion]) -> list[tuple[str, int]]:
    return [(code, times) for code, times in Counter(sample.code for sample in samples).items() if times > 1]


def _lonely(samples: Sequence[SampleQuestion]) -> list[tuple[str, str]]:
    known = {sample.code for sample in samples}
    return [(sample.code, other) for sample in samples for other in sample.apart if other not in known - {sample.code}]


def _gaps(report: ContentReport) -> Iterator[str]:
    for name, count in report.statements.items():
        if count < PER_STATEMENT:
            yield f"{name}: {count} questions, {PER_STATEMENT} are wanted"
    if len(report.kinds) < LEAST_KINDS:
        yield f"{len(report.kinds)} kinds, {LEAST_KINDS} are wanted"
    if (report.questions - report.levels.get(RECALL, 0)) * 3 < report.questions:
        yield "less than a third is above recall"


def _faults(sample: SampleQuestion, framework: Framework) -> Iterator[str]:
    known = {requirement.code for requirement in framework.requirements}
    unknown = [tag for tag in sample.tags if tag not in known]
    if unknown:
        yield f"unknown requirements {', '.join(unknown)}"
    for texts in (sample.title, sample.source, *_texts(sample.content)):
        yield from _translation_faults(texts)
    if sample.tags and sample.needs_expert_review == _stands_alone(sample.source["zh"]):
        yield "the source and the mark for experts do not agree"
    kind = KINDS[sample.kind]
    sent = kind.as_sent(sample.content, kind.key_response(sample.content))
    key = kind.normalise_response(sample.content, sent)
    if kind.score(sample.content, key, sample.points).earned != sample.points:
        yield "the key does not earn full marks"


def _stands_alone(source: str) -> bool:
    """Tell whether a source is the standard's text or the question itself; all else is for an expert to check."""
    others = re.search(r"GB/?T|DB ?\d|ISO|标准化法|条例|办法|指南", source)
    return others is None and (OUR_STANDARD in source or _OWN.search(source) is not None)


def _texts(node: Any) -> Iterator[Mapping[str, str]]:
    if isinstance(node, Mapping):
        if set(node) == {"zh", "en"}:
            yield node
            return
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _texts(each)


def _translation_faults(texts: Mapping[str, str]) -> Iterator[str]:
    zh, en = plain_text(texts["zh"]), plain_text(texts["en"])
    if bool(zh) != bool(en):
        yield f"“{zh or en}” is there in one language alone"
    # Names of Chinese documents may follow in brackets.
    if _CHINESE.search(_IN_BRACKETS.sub("", en)):
        yield f"“{en}” is not English throughout"
