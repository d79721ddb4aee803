"""LaTeX and chemistry to MathML: what is read, what is left as it stands, and never for long."""

import time
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_carbon.question_bank.formulas import convert_formulas, formulas_to_latex, unread_formulas
from lms_carbon.question_bank.html import clean_html

CHEMISTRY = {
    "CO2": "C O₂",
    "SO4^2-": "S O₄²⁻",
    "Fe^{3+}": "Fe³⁺",
    "Na+": "Na⁺",
    "Ca(OH)2": "Ca ( O H )₂",
    "2 H2O(l)": "2 H₂ O (l)",
    "1/2O2": "1/2 O₂",
    "CuSO4*5H2O": "Cu S O₄ · 5 H₂ O",
    "^{14}C": "¹⁴ C",
    "CH2=CH2": "C H₂ = C H₂",
    "CaCO3 -&gt;[\\Delta] CaO + CO2 ^": "Ca C O₃ →Δ Ca O + C O₂ ↑",
    "N2O4 &lt;=&gt; 2NO2": "N₂ O₄ ⇌ 2 N O₂",
    "Ag+ + Cl- -&gt; AgCl v": "Ag⁺ + Cl⁻ → Ag Cl ↓",
}
_RAISED = str.maketrans("0123456789+−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _spoken(node: ET.Element) -> str:
    parts = [_spoken(child) for child in node]
    if node.tag in {"msub", "msup", "msubsup"}:
        down = parts[1].translate(_LOWERED) if "sub" in node.tag else ""
        up = parts[-1].replace(" ", "").translate(_RAISED) if "sup" in node.tag else ""
        return parts[0] + down + up
    if node.tag == "mfrac":
        return "/".join(parts)
    return "".join(parts) if node.tag == "mover" else (node.text or "") + " ".join(part for part in parts if part)


@pytest.mark.parametrize(("written", "read"), CHEMISTRY.items())
def test_chemistry_is_read_as_it_is_meant(written: str, read: str) -> None:
    assert _spoken(ET.fromstring(convert_formulas(rf"\ce{{{written}}}"))) == read


@pytest.mark.parametrize(
    "latex",
    [r"\frac{44}{12}", r"E = \sum_{i=1}^{n} AD_i \times EF_i", r"\text{排放量} = 5\,\mathrm{t}", r"\sqrt[3]{x} \lt y",
     r"\left(\frac{1}{2}\right)", r"\begin{matrix}a&amp;b\\c&amp;d\end{matrix}", r"m_{\ce{CO2}} = 3.2"],
)  # fmt: skip
@pytest.mark.parametrize("marks", [(r"\(", r"\)"), (r"\[", r"\]")])
def test_latex_becomes_mathml_and_is_kept_beside(latex: str, marks: tuple[str, str]) -> None:
    text = latex.join(marks)
    html = convert_formulas(f"<p>{text}</p>")
    assert html.startswith("<p><math ")
    assert ('display="block"' in html) == (marks[0] == r"\[")
    cleaned = clean_html(html)
    assert clean_html(cleaned) == cleaned
    assert formulas_to_latex(cleaned) == f"<p>{text}</p>"
    assert not unread_formulas(cleaned)


@pytest.mark.parametrize(
    "text",
    [r"\(\nosuch{x}\)", r"\(\frac{1}\)", r"\(x_\)", r"\({\)", r"\ce{CO2 %% }", r"\ce{(OH}", r"\ce{O2^2-^-}", r"\[ \]",
     r"\(" + "{" * 40 + "x" + "}" * 40 + r"\)"],
)  # fmt: skip
def test_what_cannot_be_read_stays_and_is_named(text: str) -> None:
    html = convert_formulas(f"<p>{text}</p>")
    assert html == f"<p>{text}</p>"
    assert unread_formulas(html) == [text]


@pytest.mark.parametrize(
    "html", ["<code>\\(x\\)</code>", "<p>(1) \\ and \\n</p>", "<math><mtext>\\(x\\)</mtext></math>"]
)
def test_what_is_no_formula_is_left_alone(html: str) -> None:
    assert convert_formulas(html) == html
    assert not unread_formulas(html)


@given(
    st.lists(
        st.sampled_from([*"{}^_&\\x2(", "\\(", "\\)", "\\ce{", "\\frac", "\\left", "\\text{", "<br>", "CO2"]),
        max_size=25,
    )
)
@settings(max_examples=50)
def test_any_input_settles(pieces: list[str]) -> None:
    html = clean_html("".join(pieces))
    assert clean_html(html) == html


@pytest.mark.parametrize("piece", [r"\(", r"\(x", r"\ce{", "<code>", r"\(\\", r"\[{"])
def test_many_beginnings_take_no_time(piece: str) -> None:
    start = time.process_time()
    convert_formulas(piece * 20_000)
    convert_formulas(rf"\({piece.replace('(', '{') * 200}\)")
    assert time.process_time() - start < 2
