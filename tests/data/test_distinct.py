"""Work once per distinct row gives what work per row gives."""

import pandas as pd
from costfloor.data.distinct import by_value, distinct_rows
from hypothesis import given
from hypothesis import strategies as st

rows = st.lists(st.tuples(st.sampled_from(["a", "b", "", None]), st.integers(0, 2)), max_size=20)


@given(rows)
def test_every_row_equals_the_first_of_its_kind(pairs: list[tuple[str | None, int]]) -> None:
    first, kind = distinct_rows(pd.DataFrame(pairs, columns=["text", "number"]).astype({"text": "str"}))
    assert [pairs[position] for position in first] == list(dict.fromkeys(pairs))
    assert [pairs[first[number]] for number in kind] == pairs


@given(st.lists(st.sampled_from(["free", "A:free", "paid"])))
def test_a_test_by_value_is_a_test_of_every_text(texts: list[str]) -> None:
    column = pd.Series(texts, dtype="str", index=range(5, 5 + len(texts)))
    found = by_value(column, lambda values: values.str.endswith("free"))
    assert found.tolist() == [text.endswith("free") for text in texts]
    assert found.index.equals(column.index)
