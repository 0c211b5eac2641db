"""Words and punctuation of raw text, in the manner of the Penn Treebank.

Punctuation is split off; English clitics are split as Penn does (`do n't`, `John 's`, `can not`, `gon na`); hyphenated
words, numbers (`1,000.50`, `10:30`, `-5`), initials and abbreviations (`J.`, `U.S.`, `Mr.`), addresses, @names and
#tags stay whole. Unlike Penn's script it changes no character: the tokens, joined, are the text without its white
space. The full stop that ends a line is split off, except from dotted initials (`in the U.S.`). Scripts that are
written without spaces (Chinese, Japanese, Thai) need a tokeniser of their own.
"""

import re
import unicodedata

__all__ = ["tokenize"]

# One-character stand-ins, so that a combining mark or an emoji's modifier is never cut off from what it belongs to.
_LETTER, _MODIFIER, _JOINER = "x", "\ue000", "\ue001"

_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Rev|Hon|Gen|Sen|Rep|Gov|Col|Maj|Lt|Sgt|Capt|Cmdr|Adm|Pres|Mt|Ft|Ave|Blvd|Rd|"
    "Inc|Corp|Ltd|Co|Bros|Mfg|vs|etc|cf|al|approx|Jan|Feb|Aug|Sept|Sep|Oct|Nov|Dec|Ph\\.D|M\\.D|B\\.A|M\\.A"
)
_TOKEN = re.compile(
    rf"""
      (?:https?://|www\.)[^\s<>"]*[^\s<>"'’”.,;:!?()\[\]]                # an address on the web
    | [\w.+-]+@\w[\w-]*(?:\.\w[\w-]*)+                                   # an e-mail address
    | [@\#]\w+                                                           # @name, #tag
    | (?:(?<![^\s(\[])[-+−])?\d+(?:[.,:/]\d+)*(?:\w|[-–]\d)*             # 1,000.50  10:30  -5  1990s  1914-18
    | (?:[^\W\d_]\.){{2,}}                                               # U.S.  e.g.  J.R.R.
    | (?:{_ABBREVIATIONS})\.(?=\s*[^\s"'’”)\]])                          # Mr.  etc., but not before the line ends
    | No\.(?=\s*\d)                                                      # No. 5
    | [A-HJ-Z]\.(?=\s+[^\W\d_a-z])                                       # J. Smith
    | \w+(?:[-–.&/_'’]\w+)*-?                                            # words: O'Brien, and/or, Yahoo.com, pre-
    | \.{{2,}} | -{{2,}} | ={{2,}} | \*{{2,}} | [:;=]-?[()DPp](?!\w)     # ...  --  :-)
    | [\U0001F1E6-\U0001F1FF]{{2}}                                       # a flag
    | [^\w\s](?:{_MODIFIER}|{_JOINER}[^\w\s])*                           # any other sign or emoji
    | \S
    """,
    re.VERBOSE,
)
_CLITIC = re.compile(r"(?<=\w)(?:n['’]t|['’](?:s|m|d|ll|re|ve))$", re.IGNORECASE)
_JOINED = {"cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "gimme": 3, "lemme": 3}
_APOSTROPHES = ("'", "’")


def tokenize(text: str) -> list[str]:
    """Return the words and punctuation of raw text.

    >>> tokenize("Mr. O'Brien can't pay $1,000.50 (it's Anna's).")
    ['Mr.', "O'Brien", 'ca', "n't", 'pay', '$', '1,000.50', '(', 'it', "'s", 'Anna', "'s", ')', '.']
    """
    shadow = text if text.isascii() else _shadow(text)
    tokens: list[str] = []
    for match in _TOKEN.finditer(shadow):
        tokens += _split_clitics(text[match.start() : match.end()])
    return tokens


def _split_clitics(word: str) -> list[str]:
    cut = _JOINED.get(word.lower())
    if cut is None and any(apostrophe in word for apostrophe in _APOSTROPHES):
        clitic = _CLITIC.search(word)
        cut = clitic.start() if clitic else None
    if not cut:
        return [word]
    # Two clitics may stand together: should n't 've.
    return [*_split_clitics(word[:cut]), word[cut:]]


def _shadow(text: str) -> str:
    """Return a text of the same length in which marks count as letters and modifiers hang on to their sign."""
    shadow: list[str] = []
    for character in text:
        before = shadow[-1] if shadow else " "
        if character == "\u200d" and not before.isalnum() and not before.isspace():
            shadow.append(_JOINER)
        elif unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"} or "\U0001f3fb" <= character <= "\U0001f3ff":
            shadow.append(_LETTER if before.isalnum() else _MODIFIER)
        else:
            shadow.append(character)
    return "".join(shadow)
