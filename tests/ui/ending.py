"""How a window of a test ends."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget


def end(window: QWidget) -> None:
    """Really: a window that is only closed hears of each change of language or style of all later ones.

    Call it when its threads have ended, so that what they had to say comes to a window that is still there.
    """
    window.close()
    QApplication.processEvents()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
