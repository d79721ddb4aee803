"""Items of each kind for the tests of formats: plain, with all that a text may have, odd, and only begun."""

import hashlib
from dataclasses import replace
from typing import Any

from lms_carbon.question_bank.interchange.base import Item, ItemTag
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.samples import read_samples
from tests.unit.question_bank.contents import RAW

PICTURE = b"\x89PNG\r\n\x1a\n"
NAME = f"{hashlib.sha256(PICTURE).hexdigest()}.png"
RICH = (
    "<p>A <strong>b</strong> <em>c</em> H<sub>2</sub>O <code>x</code><br>y</p><ul><li>one</li><li><p>two</p></li></ul>"
    '<ol start="3"><li>three</li></ol><blockquote>said <b>so</b><p>and so</p></blockquote><pre>a  b</pre>'
    '<table><caption>T</caption><thead><tr><th scope="col">h</th></tr></thead><tbody><tr><td colspan="2">d</td></tr>'
    "</tbody></table>loose <i>words</i>"
    '<p lang="en"><math display="block"><mfrac><mi>a</mi><mn>2</mn></mfrac><mo stretchy="false">(</mo></math></p>'
    f'<p><img src="media:{NAME}" alt="words for &quot;it&quot;"></p>'
)
ODD = (
    "<li>alone</li>",
    "x<table></table><table><tbody><tr></tr></tbody></table><table><caption>c</caption><tbody><tr><td>d</td></tr></tbody>"
    "<tfoot><tr><td>f</td></tr></tfoot></table>",
    "<ul>x<b>y</b><ol></ol></ul><ol></ol><ul><ul><li>z</li></ul></ul>",
    "<em>a<ul><li>b</li></ul><pre>c</pre></em><code><blockquote>d</blockquote></code>",
    "<pre><b>a</b><ul><li>b</li></ul></pre><blockquote></blockquote><blockquote><br></blockquote>",
    "<math>x<mi>y</mi></math><math><mfrac><mi>a</mi></mfrac></math><math><mtd></mtd></math><math><mstyle></mstyle></math>"
    '<math><mtable><mtr><mtd><mi>a</mi></mtd></mtr></mtable><mo fence="yes" lang="en">(</mo></math>',
    "",
)
TAGS = (
    ItemTag(guid="6abfaa45-644b-52e8-891e-4fa4045a6c69", code="5.2.1-a-3", positions=("5.2.1", "5.3.1")),
    ItemTag(code="5.2.1-b-3"),
)


def item(kind: str, **changes: Any) -> Item:
    content = KINDS[kind].load_content({**RAW[kind], **changes})
    return Item(
        identifier=f"题 1/{kind}",
        kind=kind,
        title={"zh": "标题", "en": "A < title"},
        content=content,
        tags=TAGS,
        points=2_500,
        cognitive="apply",
        difficulty=45,
        minutes=7,
        source={"zh": "来源", "en": ""},
        needs_expert_review=True,
    )


def rich(kind: str) -> Item:
    """Return an item whose stem has all that a stem may have."""
    made = item(kind)
    stem = {language: RICH + text for language, text in made.content["stem"].items()}
    content = KINDS[kind].load_content({**made.content, "stem": stem, "explanation": {"zh": RICH, "en": RICH}})
    return replace(made, identifier=f"Q-{kind}", content=content, media={NAME: PICTURE})


def odd() -> list[Item]:
    """Return items with markup that browsers show and the schemas have no place for."""
    made = item("single_choice")
    return [
        replace(
            made,
            identifier=f"odd-{number}",
            content=KINDS["single_choice"].load_content(
                {
                    **RAW["single_choice"],
                    "stem": {"zh": text, "en": "x"},
                    "choices": [
                        {"id": "a", "text": {"zh": text, "en": ""}},
                        {"id": "b", "text": {"zh": "", "en": "b"}},
                    ],
                }
            ),
        )
        for number, text in enumerate(ODD)
    ]


def drafts() -> list[Item]:
    """Return questions that somebody only began to write."""
    texts = {"stem": {"zh": "", "en": ""}, "choices": [], "image": "", "alt": {}, "areas": []}
    return [
        replace(item(kind), identifier=f"draft-{kind}", content=KINDS[kind].load_content(began))
        for kind in RAW
        for began in [{name: value for name, value in texts.items() if name in RAW[kind]}]
    ]


def sample_items() -> list[Item]:
    return [
        Item(
            identifier=each.code,
            kind=each.kind,
            title=each.title,
            content=each.content,
            tags=tuple(ItemTag(code=code) for code in each.tags),
            points=each.points,
            cognitive=each.cognitive,
            difficulty=round(each.difficulty * 100),
            minutes=each.minutes,
            source=each.source,
            needs_expert_review=each.needs_expert_review,
        )
        for each in read_samples()
    ]
