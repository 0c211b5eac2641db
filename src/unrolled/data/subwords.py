"""Subwords by sentencepiece: pieces and their scores, kept as text and numbers and never as a foreign model file.

Takes `pip install 'unrolled[translation]'`.
"""

import importlib
import io
import math
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from unrolled.errors import DataError, SettingsError

__all__ = ["END", "LEAST_SUBWORDS", "UNKNOWN", "Subwords"]

UNKNOWN, END = "<unk>", "</s>"
LEAST_SUBWORDS = 300
"""The 256 bytes, what is unknown, the end, and some letters."""

_SPACE = "▁"
_ESCAPE = "\ue000"
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")
_LONGEST = 1 << 20
"""Bytes of the longest text that takes part in the training."""
_BPE = 2
_ABSENT = (1 << 64) - 1


@dataclass(frozen=True)
class Subwords:
    """Byte-pair pieces of text, without any loss: what no piece covers is spelt by its bytes (`byte_fallback`).

    The pieces are those of sentencepiece's BPE (Sennrich et al. 2016, arXiv:1508.07909v5; Kudo & Richardson 2018,
    arXiv:1808.06226v1), trained on one thread, without normalisation.

    Args:
        pieces: by index; 0 is `<unk>`, 1 the end.
        scores: of each piece: those of higher scores are merged first.

    Raises:
        DataError: sentencepiece is not installed, or the pieces cannot be.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    _processor: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.pieces) != len(self.scores) or self.pieces[:2] != (UNKNOWN, END):
            raise DataError(f"{len(self.pieces)} subwords and {len(self.scores)} scores are no model of subwords.")
        if len(set(self.pieces)) < len(self.pieces) or not all(self.pieces):
            raise DataError("A subword is empty, or stands there twice.")
        if not all(map(math.isfinite, self.scores)):
            raise DataError("A subword's score is not finite.")
        if sum(map(_is_byte, self.pieces)) != 256:
            raise DataError("The subwords lack some of the 256 bytes.")
        try:
            processor = _library().SentencePieceProcessor(model_proto=_model(self.pieces, self.scores))
        except RuntimeError as error:
            raise DataError(f"The subwords cannot be used ({str(error)[:80]}).") from error
        object.__setattr__(self, "_processor", processor)

    def __reduce__(self) -> tuple[Any, ...]:
        return Subwords, (self.pieces, self.scores)

    @classmethod
    def trained(cls, texts: Iterable[str], num: int) -> "Subwords":
        """Return the pieces of some texts: `num` of them, or as many as there are.

        Raises:
            DataError: sentencepiece is not installed.
            SettingsError: too few pieces for the characters of the texts.
        """
        lines = [_escaped(line) for line in texts if line]
        characters = len({character for line in lines for character in line})
        content = io.BytesIO()
        try:
            _library().SentencePieceTrainer.train(
                sentence_iterator=iter(lines),
                model_writer=content,
                model_type="bpe",
                vocab_size=max(num, LEAST_SUBWORDS),
                num_threads=1,
                normalization_rule_name="identity",
                remove_extra_whitespaces=False,
                add_dummy_prefix=False,
                byte_fallback=True,
                split_digits=True,
                # Of a script of thousands of characters the rarest are spelt by their bytes.
                character_coverage=1.0 if 2 * characters < num else 0.9995,
                hard_vocab_limit=False,
                max_sentence_length=_LONGEST,
                unk_id=0,
                eos_id=1,
                bos_id=-1,
                pad_id=-1,
                minloglevel=2,
            )
        except RuntimeError as error:
            raise SettingsError(
                f"num_subwords is {num}, and the texts have {characters:,} different characters: no subwords come of "
                "that. Give more subwords, or units=characters."
            ) from error
        found = _library().SentencePieceProcessor(model_proto=content.getvalue())
        numbers = range(found.get_piece_size())
        return cls(tuple(map(found.id_to_piece, numbers)), tuple(map(found.get_score, numbers)))

    def __len__(self) -> int:
        return len(self.pieces)

    def indices(self, text: str) -> list[int]:
        """Return the indices of the pieces of a text, without the end."""
        return self._processor.encode(_escaped(text))

    def text(self, indices: Sequence[int]) -> str:
        """Return the text of pieces; bytes that are no UTF-8 become U+FFFD."""
        return _unescaped(self._processor.decode(list(indices)))

    def shown(self, text: str) -> list[str]:
        """Return the pieces of a text, as people read them."""
        return [self.pieces[index] for index in self.indices(text)]


def _library() -> Any:
    try:
        return importlib.import_module("sentencepiece")
    except ImportError as error:
        raise DataError(
            "Subwords take sentencepiece: pip install 'unrolled[translation]'. Or train with units=words."
        ) from error


def _is_byte(piece: str) -> bool:
    return _BYTE.fullmatch(piece) is not None


def _escaped(text: str) -> str:
    """Return a text without the character that stands for a space in pieces."""
    if _SPACE not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, _ESCAPE * 2).replace(_SPACE, f"{_ESCAPE}-")


def _unescaped(text: str) -> str:
    if _ESCAPE not in text:
        return text
    return re.sub(f"{_ESCAPE}([-{_ESCAPE}])", lambda found: _SPACE if found[1] == "-" else _ESCAPE, text)


def _model(pieces: Sequence[str], scores: Sequence[float]) -> bytes:
    """Return what sentencepiece reads: its ModelProto, with the settings of `trained` and nothing else."""
    content = b""
    for index, (piece, score) in enumerate(zip(pieces, scores, strict=True)):
        kind = 2 if index == 0 else 3 if index == 1 else 6 if _is_byte(piece) else 1
        content += _bytes(1, _bytes(1, piece.encode()) + b"\x15" + struct.pack("<f", score) + _number(3, kind))
    ids = ((40, 0), (41, _ABSENT), (42, 1), (43, _ABSENT))
    trainer = b"".join(_number(*one) for one in ((3, _BPE), (35, 1), *ids))
    normalizer = _bytes(1, b"identity") + b"".join(_number(*one) for one in ((3, 0), (4, 0), (5, 1)))
    return content + _bytes(2, trainer) + _bytes(3, normalizer)


def _varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


def _number(place: int, value: int) -> bytes:
    return _varint(place << 3) + _varint(value)


def _bytes(place: int, value: bytes) -> bytes:
    return _varint(place << 3 | 2) + _varint(len(value)) + value
