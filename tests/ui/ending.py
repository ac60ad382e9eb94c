"""How a window of a test ends."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget


def end(window: QWidget) -> None:
    """Really: a window that is only closed hears of each change of language or style of all later ones."""
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
