"""Who may import what, where import-linter cannot say it: read from the syntax trees."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KIOSK = ROOT / "kiosk"
COMPOSITION_ROOTS = (KIOSK / "window.py", KIOSK / "desk.py")
"""Makes the application object and the window."""


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module that ``path`` names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules(KIOSK / "model"), ids=named)
def test_the_model_imports_the_standard_library_and_itself(path: Path) -> None:
    foreign = {name for name in imported(path) if name.partition(".")[0] not in sys.stdlib_module_names}
    assert not {name for name in foreign if not name.startswith("kiosk.model")}


@pytest.mark.parametrize("path", [path for path in modules(KIOSK) if KIOSK / "ui" not in path.parents], ids=named)
def test_widgets_live_in_the_ui_alone(path: Path) -> None:
    if path not in COMPOSITION_ROOTS:
        assert not [name for name in imported(path) if "QtWidgets" in name]


def test_the_trees_are_read() -> None:
    """The tests above see what they look for where it is."""
    assert "kiosk.model.patient" in set(imported(KIOSK / "model" / "qr.py"))
    assert any("QtWidgets" in name for path in modules(KIOSK / "ui") for name in imported(path))
    assert len(modules(KIOSK / "model")) > 8
