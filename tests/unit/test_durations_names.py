"""Go durations and Kubernetes names: accepted values, their canonical form, and the errors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.schema import durations, names
from tests.unit.samples import DURATION, NOT_A_DATA_KEY, NOT_A_LABEL, NOT_AN_OBJECT_NAME


@pytest.mark.parametrize(
    ("text", "seconds", "canonical"),
    [
        pytest.param("0", 0, "0s", id="zero-needs-no-unit"),
        pytest.param("0s", 0, "0s", id="zero-seconds"),
        pytest.param("59s", 59, "59s", id="seconds"),
        pytest.param("60s", 60, "1m0s", id="a-minute-of-seconds"),
        pytest.param("15m", 900, "15m0s", id="minutes"),
        pytest.param("90m", 5400, "1h30m0s", id="more-than-an-hour-of-minutes"),
        pytest.param("1h", 3600, "1h0m0s", id="hours"),
        pytest.param("1h0m0s", 3600, "1h0m0s", id="canonical-already"),
        pytest.param("1.5h", 5400, "1h30m0s", id="fraction-of-an-hour"),
        pytest.param(".5m", 30, "30s", id="no-digit-before-the-point"),
        pytest.param("1.m", 60, "1m0s", id="no-digit-after-the-point"),
        pytest.param("2000ms", 2, "2s", id="milliseconds"),
        pytest.param("3000000us", 3, "3s", id="microseconds"),
        pytest.param("3000000\u00b5s", 3, "3s", id="microseconds-as-go-prints-them"),
        pytest.param("3000000\u03bcs", 3, "3s", id="microseconds-with-the-greek-letter"),
        pytest.param("999999999ns1ns", 1, "1s", id="nanoseconds"),
        pytest.param("30s1h30s", 3660, "1h1m0s", id="any-order-and-repeated"),
        pytest.param("2540400h", 9_145_440_000, "2540400h0m0s", id="290-years"),
    ],
)
def test_duration(text: str, seconds: float, canonical: str) -> None:
    assert durations.check_duration(text) == text
    assert durations.parse_seconds(text) == pytest.approx(seconds)
    assert durations.format_canonical(text) == canonical


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", f"is not a duration; {DURATION}", id="empty"),
        pytest.param("1", f"is not a duration; {DURATION}", id="no-unit"),
        pytest.param("00", f"is not a duration; {DURATION}", id="two-zeros"),
        pytest.param("h", f"is not a duration; {DURATION}", id="no-number"),
        pytest.param(".h", f"is not a duration; {DURATION}", id="point-alone"),
        pytest.param("1d", f"is not a duration; {DURATION}", id="days"),
        pytest.param("1 h", f"is not a duration; {DURATION}", id="blank"),
        pytest.param("1h\n", f"is not a duration; {DURATION}", id="line-break-at-the-end"),
        pytest.param("1H", f"is not a duration; {DURATION}", id="upper-case"),
        pytest.param("1e3s", f"is not a duration; {DURATION}", id="exponent"),
        pytest.param("\u0661h", f"is not a duration; {DURATION}", id="digit-of-another-script"),
        pytest.param("-1h", f"is negative; {DURATION}, not below zero", id="negative"),
        pytest.param("2540401h", f"is longer than 290 years; {DURATION}", id="longer-than-290-years"),
    ],
)
def test_not_a_duration(text: str, said: str) -> None:
    for check in (durations.parse_seconds, durations.check_duration, durations.format_canonical):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole message is compared
            check(text)
        assert str(caught.value) == said


@pytest.mark.parametrize("text", ["1.5s", "1ms", "1s1ms", "0.1s", "5ns", "2540399h1ns"])
def test_interval_in_whole_seconds(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole message is compared
        durations.format_canonical(text)
    assert str(caught.value) == f"is not a whole number of seconds; {DURATION}"


WHOLE = st.lists(
    st.tuples(st.integers(0, 999), st.sampled_from(["h", "m", "s", "000ms", "000000us"])), min_size=1, max_size=5
)


@given(parts=WHOLE)
@hypothesis_settings(deadline=None, max_examples=200)
def test_canonical_form_is_stable_and_the_same_time(parts: list[tuple[int, str]]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in parts)
    once = durations.format_canonical(text)
    assert durations.format_canonical(once) == once
    assert durations.parse_seconds(once) == round(durations.parse_seconds(text))


@given(text=st.text(alphabet="0123456789.hmsun\u00b5\u03bc-+ ", max_size=12))
@hypothesis_settings(deadline=None, max_examples=200)
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        once = durations.format_canonical(text)
    except ValueError as error:
        assert DURATION in str(error)  # noqa: PT017 -- either outcome is right
        return
    assert durations.parse_seconds(once) == pytest.approx(durations.parse_seconds(text), abs=1e-6)


@pytest.mark.parametrize(
    ("interval", "lifetime", "expected"),
    [
        pytest.param("1h0m0s", "1h0m0s", "30m0s", id="longer-than-half-the-life"),
        pytest.param("30m0s", "1h0m0s", "30m0s", id="half-the-life"),
        pytest.param("1s", "1h0m0s", "1s", id="shortest"),
        pytest.param("5m0s", "1h0m0s", "5m0s", id="shorter-is-kept"),
        pytest.param("0s", "12h0m0s", "6h0m0s", id="never-is-the-longest"),
        pytest.param("1h0m0s", "15m1s", "7m30s", id="whole-seconds"),
        pytest.param("1h0m0s", "2s", "1s", id="the-shortest-life"),
    ],
)
def test_interval_within_a_lifetime(interval: str, lifetime: str, expected: str) -> None:
    assert durations.limit_interval(interval, lifetime) == expected


INTERVALS = st.integers(0, 10**7).map(lambda seconds: durations.format_canonical(f"{seconds}s"))
LIFETIMES = st.integers(2, 10**7).map(lambda seconds: durations.format_canonical(f"{seconds}s"))


@given(interval=INTERVALS, lifetime=LIFETIMES)
@hypothesis_settings(deadline=None, max_examples=200)
def test_what_is_renewed_within_its_life_is_never_dead(interval: str, lifetime: str) -> None:
    found = durations.limit_interval(interval, lifetime)
    assert 0 < durations.parse_seconds(found) <= durations.parse_seconds(lifetime) / 2
    assert durations.format_canonical(found) == found
    assert durations.limit_interval(found, lifetime) == found


@pytest.mark.parametrize("value", ["a", "0", "a-b", "a--b", "0a", "a" * 63])
def test_label(value: str) -> None:
    assert names.check_label(value) == value


@pytest.mark.parametrize("value", ["", "A", "-a", "a-", "a.b", "a_b", "a b", "a\n", "é", "a" * 64])
def test_not_a_label(value: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole message is compared
        names.check_label(value)
    assert str(caught.value) == NOT_A_LABEL


@pytest.mark.parametrize("value", ["a", "a.b", "a-b.c-d", "0.0", "a" * 253])
def test_object_name(value: str) -> None:
    assert names.check_subdomain(value) == value


@pytest.mark.parametrize("value", ["", ".", "a.", ".a", "a..b", "a.-b", "A", "a/b", "a\n", "a" * 254])
def test_not_an_object_name(value: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole message is compared
        names.check_subdomain(value)
    assert str(caught.value) == NOT_AN_OBJECT_NAME


@pytest.mark.parametrize("value", ["a", "A_b-c.d", ".dockerconfigjson", "-", "...", "a" * 253])
def test_data_key(value: str) -> None:
    assert names.check_data_key(value) == value


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "a b", "é", "a\n", "a" * 254])
def test_not_a_data_key(value: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- the whole message is compared
        names.check_data_key(value)
    assert str(caught.value) == NOT_A_DATA_KEY
