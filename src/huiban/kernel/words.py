# SPDX-License-Identifier: Apache-2.0
"""A sentence people read, in the languages the screens speak."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Chinese text with its optional English; the Chinese is the authoritative one."""

    zh: str
    en: str = ""

    def speak(self, language: str) -> str:
        """Return the text for a language tag; Chinese where no English exists."""
        return self.en if language.startswith("en") and self.en else self.zh

    def __str__(self) -> str:
        return self.zh

    def __bool__(self) -> bool:
        return bool(self.zh)
