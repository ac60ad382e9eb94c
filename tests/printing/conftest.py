"""Drawing needs a QGuiApplication; pytest-qt's ``qapp`` is one."""

import pytest
from PySide6.QtGui import QGuiApplication


@pytest.fixture(autouse=True)
def gui(qapp: QGuiApplication) -> QGuiApplication:
    return qapp
