# SPDX-License-Identifier: Apache-2.0
"""Milliseconds a page of each document takes once warm, beside a document of one line."""

import json
import os
import time
from collections.abc import Callable

from huiban.connectors import pdf
from tests import document_sample as sample

MOST_MS_A_PAGE = 15.0
ROUNDS = 20
ONE_LINE = {"documents/one.typ": '#import "/huiban.typ": data\n#data.text'}
ABOUT = pdf.About(
    "文书",
    sample.DAY,
    author="青岛市行政审批服务局",
    verify_url="https://huiban.example/verify/7QXM",
)
NOTHING = pdf.About("文书", sample.DAY)


def cpu_ms(make: Callable[[int], pdf.Rendered]) -> tuple[float, int]:
    """
    This function will give the least CPU-time of one document, no two alike, and its pages.

    The least, because typst works in several threads and neighbours on the machine make it wait
    for itself: the rest of the spread is theirs.
    """
    pages = make(-1).pages
    make(-2)
    taken = []
    for number in range(ROUNDS):
        started = time.process_time()
        make(number)
        taken.append(time.process_time() - started)
    return min(taken) * 1000, pages


def of_pack(template: str) -> Callable[[int], pdf.Rendered]:
    texts = sample.texts()

    def make(number: int) -> pdf.Rendered:
        data = sample.data(template)
        head = data["document"]
        assert isinstance(head, dict)
        head["number"] = f"青审建废准〔2026〕{number}号"
        return pdf.render(texts, template, data, ABOUT)

    return make


def one_line(number: int) -> pdf.Rendered:
    return pdf.render(ONE_LINE, "documents/one.typ", {"text": f"第{number}号"}, NOTHING)


def main() -> None:
    limit, _ = cpu_ms(one_line)
    figures = {}
    for template in sample.GROUPS:
        name = template.rpartition("/")[2].removesuffix(".typ")
        total, pages = cpu_ms(of_pack(template))
        figures[name] = round(total / pages, 1)
        print(f"{name:24} {pages} page(s)  {figures[name]:5.1f} CPU-ms a page")
    print(f"{'one line':24} 1 page(s)  {limit:5.1f} CPU-ms a page")
    mean = sum(figures.values()) / len(figures)
    result = {
        "name": "document",
        "figures": {"unit": "CPU-ms a page, warm", "mean": round(mean, 1), **figures},
        "limit": {"one_line": round(limit, 1), "most": MOST_MS_A_PAGE},
        "ratio": round(mean / limit, 1),
        "met": max(figures.values()) <= MOST_MS_A_PAGE,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
