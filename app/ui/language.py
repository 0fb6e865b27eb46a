"""The window's language.

Job: bring the catalogue under Qt's translation functions, and numbers, dates, plurals and the
direction of reading under one locale. Rule: every sentence of the window comes out of
``QCoreApplication.translate``; the catalogue is a translator like any other, so that a language is a
catalogue (``resources/texts/<language>``) or a ``.qm`` file installed above it, and no change in code.
Languages come later: until then there is British English.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.core import texts
from app.ui.qt_place import folder_of

CONTEXT = "cloister"
"""The context that the catalogue's keys are translated in."""
BRITISH = "en-GB"


class CatalogueTranslator(QTranslator):
    """Serves a catalogue, sentence by key."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        super().__init__()
        self._entries = entries

    def isEmpty(self) -> bool:
        """Tell Qt that there is something to be found here."""
        return False

    def translate(
        self,
        context: str | bytes,
        sourceText: str | bytes,  # noqa: N803 - Qt's name
        disambiguation: str | bytes | None = None,  # noqa: ARG002 - keys need none
        n: int = -1,  # noqa: ARG002 - plurals have keys of their own
    ) -> str:
        """Return the sentence of a key; None, which Qt takes for "not here", for all else."""
        found = self._entries.get(str(sourceText))
        return found if context == CONTEXT else None  # type: ignore[return-value]  # a null string


class QtWording:
    """Sentences by Qt's translation functions, numbers by a locale."""

    def __init__(self, locale: QLocale) -> None:
        self._locale = locale

    def sentence(self, key: str) -> str:
        """Return the entry ``key``; raises KeyError if no translator has it."""
        found = QCoreApplication.translate(CONTEXT, key)
        if found == key:
            raise KeyError(key)
        return found

    def plural_form(self, count: int) -> str:
        """Return "one" or "other"; a language that counts otherwise brings its rule with it."""
        return "one" if count == 1 else "other"

    def number(self, value: float, digits: int) -> str:
        """Return a number as the locale writes it."""
        return self._locale.toString(float(value), "f", digits)


class Language:
    """A language that the window can speak."""

    def __init__(self, locale: QLocale, translators: tuple[QTranslator, ...]) -> None:
        self.locale = locale
        self._translators = translators

    def install(self, application: QApplication) -> None:
        """Let ``application`` speak it, in its direction."""
        for translator in self._translators:
            translator.setParent(application)  # Qt itself does not keep them
            application.installTranslator(translator)
        QLocale.setDefault(self.locale)
        application.setLayoutDirection(self.locale.textDirection())
        texts.speak(QtWording(self.locale))

    def remove(self, application: QApplication) -> None:
        """Go back to what was spoken before any was installed."""
        texts.speak(None)
        for translator in self._translators:
            application.removeTranslator(translator)
            translator.setParent(None)
        QLocale.setDefault(QLocale.system())
        application.setLayoutDirection(QLocale.system().textDirection())


def british(system: QLocale | None = None) -> Language:
    """Return British English; numbers and dates are the system's own if that speaks English."""
    return language(texts.entries(), chosen_locale(BRITISH, system or QLocale.system()))


def language(entries: Mapping[str, str], locale: QLocale) -> Language:
    """Return a language: its catalogue, and Qt's own words (buttons, a field's menu) in it."""
    translators: list[QTranslator] = []
    qt_words = QTranslator()
    folder = str(folder_of("translations"))
    if qt_words.load(locale, "qtbase", "_", folder):
        translators.append(qt_words)
    return Language(locale, (*translators, CatalogueTranslator(entries)))


def chosen_locale(language: str, system: QLocale) -> QLocale:
    """Return the system's locale if it speaks ``language``, else that language's own."""
    wanted = QLocale(language)
    return system if system.language() == wanted.language() else wanted
