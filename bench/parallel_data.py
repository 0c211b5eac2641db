"""Writes the bundled corpus of the task translation: dates, amounts and numbers of many languages, and their ISO form.

    pip install babel==2.19.0 unicode-rbnf==2.4.1
    python bench/parallel_data.py src/unrolled/examples

The texts are those of the Unicode CLDR, as Babel and unicode-rbnf write them; a later CLDR writes some otherwise, so
the files are made once and shipped. A pair stands in one part only; the parts are drawn by the seed.
"""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from unicode_rbnf import RbnfEngine

LOCALES = (
    "en en_GB de de_CH fr fr_CA es es_MX it pt pt_PT nl sv nb da fi pl cs sk sl hr hu ro bg ru uk el tr ar he fa hi bn "
    "th vi id ja ko zh sw et lv lt is ca eu ga cy ka hy"
)
SPELT = ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "pl", "ru", "tr", "fi", "cs", "ro"]
CURRENCIES = ["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "PLN", "INR", "CNY", "BRL"]
FIRST, DAYS = date(1900, 1, 1), 55_000
SIZES = {"translation": 4000, "translation_dev": 400, "translation_test": 400}


def drawn_pair(chance: random.Random, engines: dict[str, RbnfEngine]) -> tuple[str, str]:
    """Return one text and its ISO form."""
    locale, kind = chance.choice(LOCALES.split()), chance.random()
    if kind < 0.6:
        day = FIRST + timedelta(days=chance.randrange(DAYS))
        return format_date(day, chance.choice(("full", "long", "long")), locale=locale), day.isoformat()
    if kind < 0.8:
        cents = chance.randrange(1, 10 ** chance.randint(3, 7))
        currency = chance.choice(CURRENCIES)
        amount = cents // 100 if currency == "JPY" else cents / 100
        iso = f"{currency} {amount}" if currency == "JPY" else f"{currency} {amount:.2f}"
        return format_currency(amount, currency, locale=locale), iso
    if kind < 0.9:
        number = chance.randrange(-(10**5), 10**7) / 10 ** chance.randint(0, 2)
        return format_decimal(number, locale=locale), f"{number:.15g}"
    language = chance.choice(SPELT)
    number = chance.randrange(10 ** chance.randint(1, 4))
    return engines[language].format_number(number).text, str(number)


def main(folder: Path) -> None:
    """Write the three parts."""
    chance = random.Random(20)
    engines = {language: RbnfEngine.for_language(language) for language in SPELT}
    seen: dict[str, str] = {}
    while len(seen) < sum(SIZES.values()):
        text, iso = drawn_pair(chance, engines)
        text = " ".join(text.replace("\u00ad", "").split())
        seen.setdefault(text, iso)
    pairs = iter(seen.items())
    for name, size in SIZES.items():
        rows = [f"{text}\t{iso}\n" for text, iso in (next(pairs) for _ in range(size))]
        (folder / f"{name}.tsv").write_text("source\ttarget\n" + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
