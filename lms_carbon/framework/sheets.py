"""A framework as people read it in a terminal, in one language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from lms_carbon.framework.layout import block, table
from lms_carbon.framework.rules import Dimension, Framework, Position, Text

Lines = list[str]
NARROW: Final = 90

WORDS: Final[Mapping[str, Text]] = {
    "dates": Text("{published} 发布，{effective} 实施", "Published {published}, in effect from {effective}"),
    "scope": Text("范围", "Scope"),
    "terms": Text("术语和定义", "Terms and definitions"),
    "source": Text("来源：", "Source: "),
    "positions": Text("方向与岗位", "Directions and positions"),
    "position": Text("岗位", "Position"),
    "knowledge": Text("专业知识", "Knowledge"),
    "skill": Text("技术技能", "Skill"),
    "practice": Text("工程实践", "Practice"),
    "sum": Text("合计", "Total"),
    "counts": Text(
        "{items} 条能力要求，{statements} 种条文；{shared} 种条文由多个岗位共用",
        "{items} requirements in {statements} distinct statements, {shared} of them shared by several positions",
    ),
    "requirements": Text("能力要求", "Requirements"),
    "shared": Text("同文：", "Same text: "),
    "related": Text("相近：", "Related: "),
    "editorial_mark": Text("（编者加）", " (editorial)"),
    "elements": Text("能力要素", "Elements"),
    "improvement": Text("能力提升内容", "Contents of improvement"),
    "stages": Text("能力提升阶段和方式", "Stages and modes of improvement"),
    "providers": Text("能力提升活动供给类别", "Providers of improvement activities"),
    "methods": Text("评价方法", "Methods of evaluation"),
    "bands": Text("评价等级和权重", "Bands, levels and weights"),
    "band": Text("等级", "Band"),
    "levels": Text("级", "Levels"),
    "years": Text("工作经验", "Experience"),
    "years_asked": Text("{years} 年及以上", "{years} years or more"),
    "references": Text("参考文献", "References"),
    "editorial": Text("编者说明（标准以外）", "Editorial (beyond the standard)"),
}


def framework_as_text(framework: Framework, *, language: str, width: int) -> str:
    """Return the whole framework as plain text in `zh` or `en`, lines of at most `width` cells."""
    sheet = _Sheet(framework, language, width)
    sections: Iterable[Lines] = (
        sheet.heading(),
        sheet.paragraphs("scope", framework.document["scope"]),
        sheet.terms(),
        sheet.overview(),
        *(sheet.direction(index) for index in range(len(framework.directions))),
        sheet.entries("elements", "title", "description"),
        sheet.entries("improvement", "code", "text"),
        sheet.stages(),
        sheet.entries("providers", "title", "text"),
        sheet.entries("methods", "title", "text"),
        sheet.bands(),
        sheet.entries("references", "code", "title"),
        sheet.paragraphs("editorial", [entry["note"] for entry in framework.document["editorial"]]),
    )
    return "\n\n".join("\n".join(line.rstrip() for line in lines) for lines in sections)


class _Sheet:
    """The sections of one framework in one language and width."""

    def __init__(self, framework: Framework, language: str, width: int) -> None:
        self.framework = framework
        self.language = language
        self.width = width

    def word(self, key: str, **names: object) -> str:
        return WORDS[key].in_language(self.language).format(**names)

    def say(self, leaf: object) -> str:
        """Return a bilingual leaf in the language; plain codes and numbers as they are."""
        if isinstance(leaf, Text):
            return leaf.in_language(self.language)
        return str(leaf[self.language]) if isinstance(leaf, Mapping) else str(leaf)

    def listed(self, codes: Sequence[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(codes)

    def heading(self) -> Lines:
        document = self.framework.document
        lines = block(
            self.say(self.framework.title),
            indent=0,
            width=self.width,
            label=self.framework.code,
            label_width=len(self.framework.code) + 2,
        )
        if "published" in document and "effective" in document:
            lines.append(self.word("dates", published=document["published"], effective=document["effective"]))
        if "publisher" in document:
            lines += block(self.say(document["publisher"]), indent=0, width=self.width)
        return lines

    def paragraphs(self, key: str, leaves: Sequence[Any]) -> Lines:
        lines = [self.word(key)]
        for leaf in leaves:
            lines += block(self.say(leaf), indent=2, width=self.width)
        return lines

    def entries(self, section: str, label: str, text: str) -> Lines:
        """Return a section whose entries are a name and, below it, a text."""
        lines = [self.word(section)]
        for entry in self.framework.document[section]:
            lines += block(self.say(entry[label]), indent=2, width=self.width)
            lines += block(self.say(entry[text]), indent=6, width=self.width)
        return lines

    def terms(self) -> Lines:
        lines = [self.word("terms")]
        for term in self.framework.document["terms"]:
            lines += block(
                self.say(term["term"]),
                indent=2,
                width=self.width,
                label=term["code"],
                label_width=len(term["code"]) + 2,
            )
            lines += block(self.say(term["definition"]), indent=6, width=self.width)
            if term.get("source"):
                lines += block(self.word("source") + self.say(term["source"]), indent=6, width=self.width)
        return lines

    def overview(self) -> Lines:
        rows = []
        for position in self.framework.positions:
            counts = [len(position.requirements_of(d)) for d in Dimension]
            rows.append([position.code, self.say(position.title), *map(str, counts), str(sum(counts))])
        sums = [sum(int(row[i]) for row in rows) for i in range(2, 6)]
        rows.append(["", self.word("sum"), *map(str, sums)])
        # The longest English title leaves no room for words at 80 cells; the letters are explained below.
        titles = [d.letter if self.width < NARROW else self.word(d.value) for d in Dimension]
        statements: dict[str, int] = {}
        for requirement in self.framework.requirements:
            statements[requirement.text.zh] = statements.get(requirement.text.zh, 0) + 1
        shared = sum(1 for uses in statements.values() if uses > 1)
        return [
            self.word("positions"),
            *table(["", self.word("position"), *titles, self.word("sum")], rows, right=(2, 3, 4, 5)),
            "",
            *block(
                self.word("counts", items=sums[-1], statements=len(statements), shared=shared),
                indent=2,
                width=self.width,
            ),
        ]

    def direction(self, index: int) -> Lines:
        direction = self.framework.directions[index]
        lines = [f"{direction.code}  {self.say(direction.title)}"]
        for position in direction.positions:
            lines += ["", *self.position(position)]
        return lines

    def position(self, position: Position) -> Lines:
        lines = [f"  {position.code}  {self.say(position.title)}"]
        lines += block(self.say(position.duties), indent=4, width=self.width)
        for dimension in Dimension:
            lines.append(f"    {dimension.letter}) {self.say(self.framework.dimension_titles[dimension])}")
            for requirement in position.requirements_of(dimension):
                label_width = len(requirement.code) + 2
                lines += block(
                    self.say(requirement.text),
                    indent=6,
                    width=self.width,
                    label=requirement.code,
                    label_width=label_width,
                )
                for key, codes in (("shared", requirement.shared_with), ("related", requirement.related)):
                    if codes:
                        mark = self.word("editorial_mark") if key == "related" else ""
                        lines += block(
                            self.word(key) + self.listed(codes) + mark, indent=6 + label_width, width=self.width
                        )
        return lines

    def stages(self) -> Lines:
        lines = [self.word("stages")]
        for stage in self.framework.document["stages"]:
            lines += block(self.say(stage["title"]), indent=2, width=self.width)
            for mode in stage["modes"]:
                mark = self.word("editorial_mark") if mode.get("editorial") else ""
                lines += block(self.say(mode["title"]) + mark, indent=6, width=self.width)
        return lines

    def bands(self) -> Lines:
        titles = [self.word(d.value) for d in Dimension]
        rows = []
        for band in self.framework.bands:
            years = band.experience_years
            asked = "–" if years is None else self.word("years_asked", years=years)
            weights = [f"{band.weights[d]} %" for d in Dimension]
            rows.append([self.say(band.title), f"{band.levels[0]}–{band.levels[-1]}", *weights, asked])
        head = [self.word("band"), self.word("levels"), *titles, self.word("years")]
        lines = [self.word("bands"), *table(head, rows, right=(2, 3, 4)), ""]
        for band in self.framework.bands:
            lines += block(self.say(band.title), indent=2, width=self.width)
            lines += block(self.say(band.description), indent=6, width=self.width)
            lines += block(self.say(band.experience), indent=6, width=self.width)
        notes = [clause["note"] for clause in self.framework.document.get("clauses", []) if "note" in clause]
        for note in notes:
            lines += ["", *block(self.say(note), indent=2, width=self.width)]
        return lines
