"""Settings: all problems at once, by name, and nothing read that does not make sense."""

import pytest

from lms_carbon.core.config import SettingsError, describe_settings, read_settings

GOOD = {
    "LMS_CARBON_SECRET_KEY": "s" * 32,
    "LMS_CARBON_KEY_ENCRYPTION_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "LMS_CARBON_PUBLIC_URL": "https://assess.example.edu/",
}


def test_good_settings_are_read_and_frozen() -> None:
    settings = read_settings(GOOD)
    assert settings.public_url == "https://assess.example.edu"
    assert settings.key_encryption_key == b"0123456789abcdef0123456789abcdef"
    assert settings.is_sqlite
    assert settings.demo is False
    with pytest.raises(AttributeError):
        settings.demo = True  # type: ignore[misc]


def test_an_empty_environment_names_everything_that_is_missing() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({})
    assert [line.split()[0] for line in str(caught.value).splitlines()] == list(GOOD)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", "short", "at least 32"),
        ("KEY_ENCRYPTION_KEY", "AAAA", "32 bytes"),
        ("KEY_ENCRYPTION_KEY", "not base64 at all!", "32 bytes"),
        ("PUBLIC_URL", "assess.example.edu", "an address such as"),
        ("PUBLIC_URL", "https://example.edu/tool", "without a path"),
        ("DATABASE_URL", "mysql://x", "sqlite"),
        ("TRUSTED_PROXIES", "-1", "whole number"),
        ("DEMO", "yes", "0 or 1"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        read_settings({**GOOD, f"LMS_CARBON_{name}": value})
    assert f"LMS_CARBON_{name}" in str(caught.value)
    assert value not in str(caught.value) or name not in ("SECRET_KEY", "KEY_ENCRYPTION_KEY")


def test_a_setting_that_does_not_exist_is_a_typing_error() -> None:
    with pytest.raises(SettingsError, match="LMS_CARBON_PUBLIC_ULR is not a setting"):
        read_settings({**GOOD, "LMS_CARBON_PUBLIC_ULR": "https://x.example"})


def test_postgresql_gets_its_driver() -> None:
    settings = read_settings({**GOOD, "LMS_CARBON_DATABASE_URL": "postgresql://lms@db/lms"})
    assert settings.database_url == "postgresql+psycopg://lms@db/lms"
    assert not settings.is_sqlite


def test_the_table_names_every_setting() -> None:
    table = describe_settings()
    for name in (*GOOD, "LMS_CARBON_DATABASE_URL", "LMS_CARBON_MAIL_URL"):
        assert f"`{name}`" in table
