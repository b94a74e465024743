"""Writes docs/threat-model.md from the tests."""

from tests.threats.test_threats import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
