"""The words of the screens in the language of the moment. The source texts are English."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTranslator

from kiosk.errors import SettingError
from kiosk.model.opd import ENGLISH
from kiosk.ui.theme import RESOURCES

OWN_NAMES = {"en": "English", "hi": "हिन्दी"}
"""How each language calls itself: what its button says."""


class Translation:
    """Switches the whole application between languages while it runs."""

    def __init__(self, application: QCoreApplication, folder: Path = RESOURCES / "translations") -> None:
        self._application = application
        self._folder = folder
        self._installed: QTranslator | None = None
        self._loaded: dict[str, QTranslator] = {}
        self.language = ENGLISH

    def use(self, language: str) -> None:
        """Speak ``language`` from now on; whoever shows text draws it again.

        Raises:
            SettingError: no translation is there for it.
        """
        if language == self.language:
            return
        translator = None if language == ENGLISH else self._load(language)
        if self._installed is not None:
            self._application.removeTranslator(self._installed)
        if translator is not None:
            self._application.installTranslator(translator)
        self._installed = translator
        self.language = language

    def said(self, language: str, context: str, source: str) -> str:
        """A source text in ``language``, whichever is on the screens. Raises SettingError like ``use``."""
        return source if language == ENGLISH else self._load(language).translate(context, source) or source

    def _load(self, language: str) -> QTranslator:
        if language not in self._loaded:
            self._loaded[language] = self._read(language)
        return self._loaded[language]

    def _read(self, language: str) -> QTranslator:
        translator = QTranslator()
        if language not in OWN_NAMES or not translator.load(str(self._folder / f"kiosk_{language}.qm")):
            raise SettingError(f"no screens in language {language[:20]!r}; there are {', '.join(sorted(OWN_NAMES))}")
        return translator
