"""Reference pages from declarations: settings, metrics and drop reasons of the tree in, `docs/reference/*.md` out.

`python docs/reference/make.py` writes them; with `--check` it exits 1 where one is out of date.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
METRIC_KINDS = {"Counter", "Gauge", "Histogram", "Summary"}


def documented(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Each statement with the text literal that follows it, or an empty text."""
    for node, following in zip(body, [*body[1:], ast.Pass()], strict=True):
        told = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        yield node, " ".join(str(following.value.value).split()) if told else ""


def settings_page() -> str:
    """Every environment variable of every service."""
    lines = ["# Settings", "", "Environment variables, read once at start. Those without a default must be given."]
    for file in sorted(ROOT.glob("services/*/src/*/settings.py")):
        lines += ["", f"## {file.parts[-4]}", "", "| variable | default | what it is |", "|---|---|---|"]
        for name, default, told in _fields(file):
            lines.append(f"| `{name.upper()}` | {default} | {told} |")
    return "\n".join([*lines, ""])


def _fields(file: Path) -> Iterator[tuple[str, str, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node, told in documented(classes[-1].body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            default = f"`{ast.unparse(node.value)}`" if node.value else ""
            yield node.target.id, default, told


def metrics_page() -> str:
    """Every Prometheus metric that a service declares."""
    lines = ["# Metrics", "", "Served by each service at `/metrics` in Prometheus' text form."]
    for file in sorted(ROOT.glob("services/*/src/*/metrics.py")):
        rows = list(_metrics(file))
        if rows:
            lines += ["", f"## {file.parts[-4]}", "", "| metric | kind | labels | what it tells |", "|---|---|---|---|"]
            lines += rows
    return "\n".join([*lines, ""])


def _metrics(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in METRIC_KINDS:
            name, told, *labels = [ast.literal_eval(argument) for argument in node.args]
            words = ", ".join(f"`{label}`" for label in (labels[0] if labels else ()))
            yield f"| `{name}` | {node.func.id.lower()} | {words} | {told} |"


def outcomes_page() -> str:
    """Why a beacon is dropped, and why it is a dead letter."""
    lines = ["# Outcomes of a beacon", ""]
    lines.append("Accepted, dropped with a reason, or tried again. What can never succeed is a dead letter.")
    tree = ast.parse((ROOT / "libs/contract/src/contract/outcomes.py").read_text(encoding="utf-8"))
    for enum in (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.endswith("Reason")):
        lines += ["", f"## {enum.name}", "", ast.get_docstring(enum) or "", "", "| reason | meaning |", "|---|---|"]
        for node, told in documented(enum.body):
            if isinstance(node, ast.Assign):
                lines.append(f"| `{ast.literal_eval(node.value)}` | {told} |")
    return "\n".join([*lines, ""])


PAGES = {"settings.md": settings_page, "metrics.md": metrics_page, "outcomes.md": outcomes_page}


def main() -> int:
    """Write the pages, or check them."""
    stale = []
    for name, page in PAGES.items():
        target = HERE / name
        if "--check" in sys.argv:
            stale += [name] * (not target.exists() or target.read_text(encoding="utf-8") != page())
        else:
            target.write_text(page(), encoding="utf-8")
    if stale:
        print(f"out of date: {', '.join(stale)}; run `python docs/reference/make.py`")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
