"""Prints operations made from schema.graphql, one JSON string a line: half of them valid, the others with one fault each.

Usage: generate.py SCHEMA COUNT SEED
"""

import json
import sys

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema, nodes


def texts(*values):
    return st.sampled_from(values).map(nodes.String)


# Values that name rows now and then: without, every operation would end at its first argument.
SCALARS = {
    "ID": texts("1", "2", "3", "4", "5", "Patient:1", "Symptom:1", "x", "Patient:-1"),
    "Int": st.sampled_from((0, 1, 2, 5, 20, 200, 201, -1, 2147483647)).map(nodes.Int),
    "String": st.one_of(texts("", "a", "ma", "HbA1c", "asthma", "key-1", "2026-01-01"), st.text(max_size=12).map(nodes.String)),
    "Date": texts("2026-03-01", "1900-02-29", "0000-00-00", "9999-12-31", "yesterday", ""),
    "Time": texts("10:30:00", "27:00:00", "-01:00:00", "noon"),
    "Decimal": st.one_of(texts("0.5", "1e3", "-0", "ten", "0.123456789012345678"), st.sampled_from((0, 70, -1)).map(nodes.Int)),
    "SafeInt": st.sampled_from((0, 4500, -1, 9007199254740991, 9007199254740993)).map(nodes.Int),
    "UUID": texts("0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22", "0E5AF2D193C44B6A8F0EAA00BB11CC22", "none"),
    "JSON": st.one_of(texts("a", ""), st.builds(nodes.Object, st.just([])), st.sampled_from((0, 1)).map(nodes.Int)),
    "DateTime": texts("2026-03-01T10:30:00Z", "2026-03-01T10:30:60+25:00", "0001-01-01T00:00:00Z", "now"),
}


def operations(schema, mode, count, number):
    made = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(from_schema(schema, custom_scalars=SCALARS, mode=mode))
    def collect(operation):
        made.append(operation)

    collect()
    return made


def main():
    path, count, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with open(path, encoding="utf-8") as file:
        schema = file.read()
    for mode in (Mode.POSITIVE, Mode.NEGATIVE):
        for operation in operations(schema, mode, count // 2, number):
            print(json.dumps(operation))


main()
