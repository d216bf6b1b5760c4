"""Addresses of servers in messages: without a password."""

from __future__ import annotations

import pytest

from components.schema.server_address import clean_server


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("", "", id="none"),
        pytest.param("https://v.example.com:8200/ui/", "https://v.example.com:8200/ui/", id="plain"),
        pytest.param("https://u:p@v:8200", "https://v:8200", id="user-and-password"),
        pytest.param("https://u:p q@v", "https://v", id="a-space-in-the-password"),
        pytest.param("u:p@v", "v", id="without-a-scheme"),
        pytest.param("//u:p@v/x", "//v/x", id="without-the-name-of-a-scheme"),
        pytest.param("https://v/x?token=p#q", "https://v/x", id="query-and-fragment"),
        pytest.param("https://v?token=p", "https://v", id="query-without-a-path"),
        pytest.param("https://u:p/q@v", "https://(value not shown)", id="a-slash-in-the-password"),
        pytest.param("https://u:p?q@v", "https://(value not shown)", id="a-question-mark-in-the-password"),
    ],
)
def test_addresses_of_servers(address: str, shown: str) -> None:
    assert clean_server(address) == shown
