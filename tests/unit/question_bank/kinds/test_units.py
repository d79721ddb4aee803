"""Units: what converts exactly, what does not, how they are printed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.question_bank.kinds.errors import UnknownUnitError
from lms_carbon.question_bank.kinds.units import conversion, read_unit, unit_label


@pytest.mark.parametrize(
    ("given", "wanted", "factor"),
    [
        ("t", "kg", "1000"),
        ("kWh", "GJ", "0.0036"),
        ("GJ", "MWh", "10/36"),
        ("吨", "千克", "1000"),
        ("吉焦", "GJ", "1"),
        ("兆瓦时", "MWh", "1"),
        ("10^4 m3", "m3", "10000"),
        ("10⁴ m³", "万立方米", "1"),
        ("tCO2", "kgCO2", "1000"),
        ("t CO₂e", "kgCO2e", "1000"),
        ("tCO2-eq", "tCO2e", "1"),
        ("吨二氧化碳", "tCO2", "1"),
        ("kgCO2/kWh", "tCO2/MWh", "1"),
        ("tCO2/MWh", "kgCO2/GJ", "10000/36"),
        ("%", None, "0.01"),
        ("GJ/10^4 m3", "MJ/m3", "0.1"),
        ("KG", "kg", "1"),
        ("万吨", "t", "10000"),
        ("kgCO2e/(t*km)", "gCO2e/t/km", "1000"),
        ("tC/GJ", "kgC/MJ", "1"),
        ("ｔＣＯ２", "tCO2", "1"),
        ("百万千焦", "GJ", "1"),
    ],
)
def test_units_convert_exactly(given: str, wanted: str | None, factor: str) -> None:
    assert conversion(given, wanted) == Fraction(*map(Fraction, factor.split("/")))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("tC", "tCO2"),
        ("tCO2", "tCO2e"),
        ("t", "tCO2"),
        ("kWh", "kW"),
        ("m3", "Nm3"),
        ("t", "GJ"),
        ("%", "t"),
        ("tce", "t"),
        ("t", None),
    ],
)
def test_different_things_do_not_convert(given: str, wanted: str | None) -> None:
    assert conversion(given, wanted) is None


@pytest.mark.parametrize(
    "text", ["", " ", "foo", "t//", "m^9", "MG", "t" * 41, "(t", "__import__('os')", "t/", "*", "10^4", "°C"]
)
def test_units_not_in_the_table_are_refused(text: str) -> None:
    with pytest.raises(UnknownUnitError):
        read_unit(text)


@given(st.text(max_size=45))
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    try:
        unit = read_unit(text)
    except UnknownUnitError:
        return
    assert unit.size > 0


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("tCO2", "tCO₂"),
        ("kgCO2e", "kgCO₂e"),
        ("10^4 m3", "10⁴ m³"),
        ("tCO2/10^4 m3", "tCO₂/10⁴ m³"),
        ("tN2O", "tN₂O"),
        ("tCH4", "tCH₄"),
        ("%", "%"),
        ("吨", "吨"),
    ],
)
def test_units_are_printed_as_they_should_look(text: str, label: str) -> None:
    assert unit_label(text) == label
    assert read_unit(label).size == read_unit(text).size
