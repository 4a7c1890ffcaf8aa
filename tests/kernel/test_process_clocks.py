# SPDX-License-Identifier: Apache-2.0
"""When the last day of a chart's clock ends."""

import pytest

from huiban.kernel.clock import DayEnd
from huiban.kernel.process import ChartRefused, compile_chart
from tests.kernel.process_samples import SCHEMA, WASTE, waste_data


def test_the_last_day_ends_at_close_of_business_unless_the_chart_says_midnight() -> None:
    data = waste_data()
    data["clocks"]["correction"]["day_ends"] = "midnight"

    chart = compile_chart(data, SCHEMA)

    assert chart.clocks["correction"].day_ends is DayEnd.MIDNIGHT
    assert WASTE.clocks["correction"].day_ends is DayEnd.CLOSE


def test_another_end_of_the_day_is_a_fault_with_its_cure() -> None:
    data = waste_data()
    data["clocks"]["correction"]["day_ends"] = "midnigth"

    with pytest.raises(ChartRefused) as caught:
        compile_chart(data, SCHEMA)

    (fault,) = caught.value.faults
    assert fault.path == "clocks.correction.day_ends"
    assert "midnight" in fault.cure
