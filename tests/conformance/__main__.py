"""`python -m tests.conformance`: how the mesh fares with cases that others wrote."""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from corpora import CORPORA, DEFAULT, HERE, Score, chosen, known, live, score

PAGE = HERE.parents[1] / "docs" / "conformance.md"
INTRODUCTION = """# Conformance

Cases that this project did not write, taken as data from the tests of Istio, Gateway API and ztunnel.
`make conformance` writes this page; `tests/conformance/test_corpora.py` fails where a case that is not listed here fails, or a listed one holds.
"""


def main() -> int:
    """Run the corpora; 0 even where cases fail (the score is the answer), 2 where there is nothing to run."""
    options = _options()
    if not options.corpora.is_dir():
        print(f"{options.corpora} is not a folder: say where the corpora are with --corpora", file=sys.stderr)
        return 2
    names = [name for name in options.only.split(",") if name]
    try:
        modules = list(chosen(names))
        if unable := [module.CORPUS for module in modules if live(module) and not module.can_run()]:
            print(f"{', '.join(unable)}: not run here, a mesh needs root and nft", file=sys.stderr)
            return 2
        scores = {module.CORPUS: score(module, options.corpora) for module in modules}
    except KeyError as error:
        listed = ", ".join(module.CORPUS for module in CORPORA)
        print(f"no corpus is named {error.args[0]}; there are {listed}", file=sys.stderr)
        return 2
    for module in modules if options.results else ():
        if hasattr(module, "results"):
            found = module.results(options.corpora, scores[module.CORPUS].failing)
            (options.results / f"{module.CORPUS}.json").write_text(json.dumps(found, indent=2) + "\n")
    if options.write:
        PAGE.write_text(page(scores))
    print(_json(scores) if options.json else _table(scores))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=DEFAULT, metavar="DIR", help="default: ../shared/conformance")
    parser.add_argument("--only", default="", metavar="NAME,…", help="these corpora alone")
    parser.add_argument("--json", action="store_true", help="scores and failing ids as JSON")
    parser.add_argument(
        "--results", type=Path, metavar="DIR", help="write each case's result, of corpora that have a form"
    )
    parser.add_argument("--write", action="store_true", help="write docs/conformance.md as well")
    return parser.parse_args()


def _json(scores: dict[str, Score]) -> str:
    found = {
        name: {"passed": each.passed, "total": each.total, "failing": list(each.failing)}
        for name, each in scores.items()
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def _table(scores: dict[str, Score]) -> str:
    lines = []
    for name, each in scores.items():
        lines.append(f"{name:24}{each.passed:6} of{each.total:5}{percent(each):>9}")
        lines += [f"    {case}: {why}" for case, why in each.failing.items()]
    return "\n".join(lines)


def percent(found: Score) -> str:
    """The share that holds, rounded down."""
    return f"{int(1000 * found.passed / found.total) / 10} %" if found.total else "-"


def page(scores: dict[str, Score]) -> str:
    """The text of docs/conformance.md: scores, and each failing case with its reason."""
    rows = ["| Corpus | hold | of | |", "|---|---|---|---|"]
    rows += [f"| {name} | {each.passed} | {each.total} | {percent(each)} |" for name, each in scores.items()]
    parts = [INTRODUCTION, "\n".join(rows) + "\n"]
    for module in CORPORA:
        if module.CORPUS in scores and (failing := scores[module.CORPUS].failing):
            parts.append(_section(module.CORPUS, failing, known(module)))
    return "\n".join(parts)


def _section(name: str, failing: dict[str, str], reasons: dict[str, str]) -> str:
    lines = [f"## {name}", ""]
    for case, found in failing.items():
        listed = reasons.get(case) or next((why for key, why in reasons.items() if key.startswith(f"{case}/")), found)
        lines.append(f"- `{case}`: {listed}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
