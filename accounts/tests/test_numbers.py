import pytest

from accounts.numbers import number_of, public_id


@pytest.mark.parametrize("number", [0, 1, 42, 9999, 10_000, 123_456_789])
def test_a_public_id_is_read_back(number):
    assert number_of("TKT", public_id("TKT", number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TKT",
        "42",
        "TKT42",
        "tkt0042",
        "TKT00042",
        "CUS0042",
        "TKT0042 ",
        "TKT-042",
        "TKT\u0660\u0660\u0664\u0662",
        "TKT" + "9" * 40,
    ],
)
def test_what_is_no_public_id_has_no_number(text):
    assert number_of("TKT", text) is None
