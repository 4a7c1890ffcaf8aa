# SPDX-License-Identifier: Apache-2.0
"""Print every document of a pack with placeholders for its answers, to look at while writing it."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from huiban.connectors import pdf  # noqa: E402
from huiban.kernel import document  # noqa: E402
from huiban.kernel.catalogue import Life  # noqa: E402
from huiban.kernel.document_form import Answers  # noqa: E402
from huiban.packloader import DocumentKind, Scenario, load_scenarios  # noqa: E402
from tests import document_sample as sample  # noqa: E402

OUT = ROOT / "build" / "documents"


def print_document(scenario: Scenario, kind: DocumentKind) -> Path:
    """Set one document for the pack's first application and return where the PDF is."""
    item = scenario.item_of(Life.NEW) or next(iter(scenario.items.values()))
    form = scenario.form_of(item)
    facts = sample.facts(
        "grant_decision",
        document=document.Head(title=kind.title.zh, dated=sample.DAY, seal=kind.seal),
        item=item,
        decision=document.Decision(
            outcome=sample.OUTCOMES.get(kind.code, document.Outcome.GRANTED), reasons=sample.REASONS
        ),
        answers=Answers(form=form, values=sample.placeholders(form), as_of=sample.DAY),
    )
    about = pdf.About(kind.title.zh, sample.DAY, is_sample=True)
    made = pdf.render(scenario.templates, kind.template, document.compose(kind.data, facts), about)
    path = OUT / scenario.code / f"{kind.code}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.content)
    return path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", help="the code of a pack, such as construction_waste")
    code = parser.parse_args(arguments).pack
    scenario = load_scenarios(ROOT / "packs").scenarios.get(code)
    if scenario is None:
        sys.stderr.write(f"documents: no pack {code}, or it has faults: run `huiban check`\n")
        return 1
    faults = 0
    for kind in scenario.documents.values():
        try:
            sys.stdout.write(f"{print_document(scenario, kind).relative_to(ROOT)}\n")
        except (pdf.TemplateRefused, document.DocumentIncomplete) as fault:
            sys.stderr.write(f"{kind.code}: {fault}\n")
            faults += 1
    return min(faults, 1)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
