"""A model: two codecs and a network, from raw x to raw y. It knows no application."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray

from unrolled.architectures import (
    Architecture,
    Loss,
    ManyToMany,
    Members,
    build_network,
    mean_scores,
    members_of,
    network_settings,
    scores_in_pieces,
)
from unrolled.data.answer import Answer
from unrolled.data.codecs import Codec, Encoded, Fault, Saved, load_codec
from unrolled.data.codecs.codec import Copying, Cutting, CuttingLabels, Pieced
from unrolled.data.codecs.encoded import EncodedBases
from unrolled.data.given import each
from unrolled.data.pair import Pair
from unrolled.data.pieces import Piece
from unrolled.data.ragged import Ragged
from unrolled.decoding import GREEDY, BeamSettings, Decoding, Hypothesis
from unrolled.errors import DataError, ModelFileError, SettingsError
from unrolled.kernels import State
from unrolled.model_files import ModelFiles, from_version_1, read_model_files, write_model_files
from unrolled.stream import Stream

__all__ = ["Model"]

X = TypeVar("X")
Y = TypeVar("Y")

BATCH_STEPS = 2048
"""Examples are answered in batches of about this many steps; the answers do not depend on it."""

FEW = 64
"""Answers to each example that are no reason for smaller batches."""

BEST = Decoding()


@dataclass
class Model(Generic[X, Y]):
    """What turns raw values of x into raw values of y.

    Attributes:
        task: the task's name, such as "ner".
        x, y: the codecs: how raw values become numbers, and back.
        network: the weights, and the settings they were made with.
        search: how y is searched where its length is the network's to say.
    """

    task: str
    x: Codec[X]
    y: Codec[Y]
    network: Architecture
    search: BeamSettings = GREEDY

    def loss(self, pairs: Sequence[Pair[X, Y]], noise: torch.Generator | None = None) -> Loss:
        """Return the loss summed over the steps of all pairs; `noise` drives dropout and augmentation, None none."""
        if isinstance(self.network, Members):  # each sees x under noise of its own
            apart = self.network.apart(noise)
            return self.network.summed([replace(self, network=member).loss(pairs, own) for member, own in apart])
        x = self.x.encode([pair.x for pair in pairs], noise)
        return self.network.loss(x, cast(Any, self.y.encode([pair.y for pair in pairs])), noise)

    def loss_of_pieces(
        self,
        pairs: Sequence[Pair[X, Y]],
        pieces: Sequence[Piece],
        *,
        rim: int = 0,
        carried: State | None = None,
        noise: torch.Generator | None = None,
    ) -> Loss:
        """Return the loss summed over the steps of a piece of each pair, and of one direction the state after it.

        Both ways, each piece is read with up to `rim` steps more on either side; one way, its state goes on from
        `carried`, (N, ...), unless it is the first of its example.

        Raises:
            SettingsError: a codec of x, or a network, that knows no pieces.
        """
        x, network = self.x, self.network
        if isinstance(network, Members):
            states = network.states_apart(carried)
            return network.summed(
                [
                    replace(self, network=member).loss_of_pieces(pairs, pieces, rim=rim, carried=before, noise=own)
                    for (member, own), before in zip(network.apart(noise), states, strict=True)
                ]
            )
        if not isinstance(x, Cutting) or not isinstance(network, ManyToMany):
            raise SettingsError("Only a label for every step is learnt in pieces. Train on whole sequences.")
        rim = rim if network.core.bidirectional else 0
        encoded = x.encode_pieces([pair.x for pair in pairs], pieces, rim, noise)
        y_codec: object = self.y
        if not isinstance(y_codec, CuttingLabels):
            raise SettingsError("Only a label for every step is learnt in pieces. Train on whole sequences.")
        y = y_codec.encode_pieces([pair.y for pair in pairs], pieces)
        rims = [piece.start - max(0, piece.start - rim) for piece in pieces]
        return network.loss_of_pieces(encoded, y, pieces, rims, carried=carried, noise=noise)

    def predict(self, xs: Iterable[X]) -> list[Y]:
        """Return the best y for each x.

        Raises:
            DataError: an x that cannot be encoded, with its number.
        """
        return [answer.y for answer in self.answers(xs)]

    def answers(self, xs: Iterable[X], decoding: Decoding = BEST) -> Iterator[Answer[Y]]:
        """Yield an answer to each x, in order; read only as far as needed.

        Raises:
            DataError: an x that cannot be encoded, with its number.
            SettingsError: something that this network cannot be asked.
        """
        copies = isinstance(self.y, Copying) and self.y.copies
        decoding = replace(decoding, alignment=decoding.alignment or copies, search=decoding.search or self.search)
        for raws in _batches(self._checked(xs), self.x.length, BATCH_STEPS // max(1, decoding.n_best // FEW)):
            if not any(map(self._is_long, raws)):
                yield from self._decoded(self.network.found(self.x.encode(raws), decoding), raws)
                continue
            for raw in raws:
                scores = self._scores(raw) if self._is_long(raw) else next(self.scores([raw]))
                with torch.no_grad():
                    yield from self._decoded(self.network.output.found(scores, decoding))

    def scores(self, xs: Iterable[X]) -> Iterator[Ragged]:
        """Yield the output layer's scores for x after x, in batches, in order; long ones are read in pieces.

        Raises:
            DataError: an x that cannot be encoded, with its number.
            SettingsError: a network without a score for every step.
        """
        for raws in _batches(self._checked(xs), self.x.length):
            if any(map(self._is_long, raws)):
                yield from map(self._scores, raws)
            else:
                x = self.x.encode(raws)
                yield mean_scores([_stepwise(member).scores(x) for member in members_of(self.network)])

    def probabilities(self, xs: Iterable[X]) -> list[NDArray[np.float32]]:
        """Return ŷ⟨t⟩ for each x: (T_y, K), the probability of each class at each step, in the order of the codec."""
        found = (answer.probabilities for answer in self.answers(xs, Decoding(probabilities=True)))
        return [probabilities for probabilities in found if probabilities is not None]

    def log_likelihood(self, pairs: Sequence[Pair[X, Y]]) -> NDArray[np.float64]:
        """Return log P(y | x) of each pair, in nats, (N,).

        Raises:
            DataError: an x or a y that cannot be encoded, with the example's number.
        """
        found: list[float] = []
        for batch in _batches(self._checked_pairs(pairs), self._length_of_x):
            y = cast(Any, self.y.encode([pair.y for pair in batch]))
            scores = self.network.log_likelihood(self.x.encode([pair.x for pair in batch]), y)
            found += cast(Any, scores).tolist()
        return np.array(found, np.float64)

    def encoded(self, xs: Iterable[X]) -> Iterator[Encoded]:
        """Yield the examples encoded, in batches that fit the memory, in order.

        Raises:
            DataError: an x that cannot be encoded, with its number.
        """
        return self._encoded(xs, BATCH_STEPS)

    def stream(self) -> Stream[X, Y]:
        """Return a stream that answers while x arrives.

        Raises:
            SettingsError: the network must see the end of x first; the message names the setting that would allow it.
        """
        return Stream(self.x, self.y, self.network)

    def save(self, directory: str | Path, *, metrics: Mapping[str, Any], card: str) -> None:
        """Write the model directory: safetensors, JSON and text, nothing that can execute.

        Args:
            directory: where to; a model directory that is there already is replaced once the new one is complete.
            metrics: the figures to keep beside the weights.
            card: the model card, Markdown.

        Raises:
            RunError: the directory cannot be written, or holds something else.
        """
        x, y, settings = self.x.save(), self.y.save(), self.network.settings
        config: dict[str, Any] = {
            "task": self.task,
            "architecture": {
                "kind": self.network.kind,
                "settings": settings.network.to_dict(),
                "input": settings.input.to_dict(),
                "output": settings.output.to_dict(),
                **(settings.ensemble.to_dict() if settings.num_members > 1 else {}),
            },
            "x": {"kind": self.x.kind, "settings": dict(x.settings), "texts": list(x.texts)},
            "y": {"kind": self.y.kind, "settings": dict(y.settings), "texts": [f"y-{name}" for name in y.texts]},
        }
        if self.search != GREEDY:
            config["search"] = self.search.to_dict()
        weights = {name: value.contiguous() for name, value in self.network.module.state_dict().items()}
        weights |= {
            f"{side}/{name}": value for side, saved in (("x", x), ("y", y)) for name, value in saved.tensors.items()
        }
        write_model_files(
            Path(directory),
            config=config,
            tensors=weights,
            texts={**x.texts, **{f"y-{name}": text for name, text in y.texts.items()}},
            metrics=metrics,
            card=card,
        )

    @classmethod
    def load(cls, directory: str | Path, *, follow_links: bool = False) -> "Model[Any, Any]":
        """Read a model directory, or the best model of a run directory.

        Args:
            directory: where it is. Its files may be links that stay inside it, or inside the cache folder that it lies
                in, as Hugging Face's cache has them.
            follow_links: also follow links that lead elsewhere.

        Raises:
            ModelFileError: anything about the files that is not as it was saved.
        """
        return cls.of(read_model_files(Path(directory), follow_links=follow_links), directory)

    @classmethod
    def of(cls, files: ModelFiles, directory: str | Path) -> "Model[Any, Any]":
        """Return the model of files that were read from a directory, which errors name.

        Raises:
            ModelFileError: anything about the files that is not as it was saved.
        """
        try:
            return _from_files(from_version_1(files) if files.version == 1 else files)
        except (DataError, SettingsError) as problem:
            raise ModelFileError(f"{directory}: config.json or a vocabulary cannot be used. {problem}") from problem

    def _is_long(self, raw: X) -> bool:
        """Return whether an x is answered in pieces."""
        return isinstance(self.x, Cutting) and self.x.length(raw) > self.x.answer_steps

    def _scores(self, raw: X) -> Ragged:
        """Return the scores of an x that is answered in pieces."""
        x: object = self.x
        assert isinstance(x, Cutting)
        cutting = x

        def encode(pieces: Sequence[Piece], rim: int) -> EncodedBases:
            return cutting.encode_pieces([raw] * len(pieces), pieces, rim)

        T, how = self.x.length(raw), (cutting.answer_steps, cutting.answer_rim, cutting.num_views)
        parts = [scores_in_pieces(_stepwise(member), encode, T, *how) for member in members_of(self.network)]
        return mean_scores(parts)

    def _encoded(self, xs: Iterable[X], batch_steps: int) -> Iterator[Encoded]:
        for batch in _batches(self._checked(xs), self.x.length, batch_steps):
            yield self.x.encode(batch)

    def _length_of_x(self, pair: Pair[X, Y]) -> int:
        return self.x.length(pair.x)

    def _checked(self, xs: Iterable[X]) -> Iterator[X]:
        for number, given in enumerate(each(xs, "xs", "a list of values of x"), 1):
            x = self.x.accepted(given)
            if isinstance(x, Fault):
                raise x.error(number)
            yield x

    def _checked_pairs(self, pairs: Iterable[Pair[X, Y]]) -> Iterator[Pair[X, Y]]:
        for number, pair in enumerate(pairs, 1):
            x, y = self.x.accepted(pair.x), self.y.accepted(pair.y)
            for found in (x, y):
                if isinstance(found, Fault):
                    raise found.error(number)
            yield Pair(cast(X, x), cast(Y, y))

    def _decoded(self, found: Sequence[Sequence[Hypothesis]], raws: Sequence[X] = ()) -> Iterator[Answer[Y]]:
        x, y_codec, rows = self.x, self.y, [hypotheses[0].rows for hypotheses in found]
        aligned = [] if found[0][0].alignment is None else [cast(Any, of[0].alignment).numpy() for of in found]
        pieces = [x.pieces(raw) for raw in raws] if aligned and isinstance(x, Pieced) else []
        if pieces and isinstance(y_codec, Copying) and y_codec.copies:
            ys = y_codec.decode_copying(rows, pieces, aligned)
        else:
            ys = self.y.decode(rows)
        of_y: object = self.y
        steps: list[Any] = [None] * len(found)
        if pieces and isinstance(of_y, Pieced):
            steps = [(tuple(names), tuple(of_y.symbols_of(row))) for names, row in zip(pieces, rows, strict=True)]
        for y, named, (best, *others) in zip(ys, steps, found, strict=True):
            yield Answer(
                y=y,
                log_p=best.log_p,
                confidence=best.confidence,
                probabilities=None if best.probabilities is None else best.probabilities.numpy(),
                others=tuple(
                    zip(
                        # The best is among them, and may have copied.
                        [y, *self.y.decode([other.rows for other in others[1:]])] if others else (),
                        (other.log_p or 0.0 for other in others),
                        strict=True,
                    )
                ),
                alignment=None if best.alignment is None else best.alignment.numpy(),
                steps=named,
            )


def _batches(items: Iterable[X], length: Callable[[X], int], batch_steps: int = BATCH_STEPS) -> Iterator[list[X]]:
    """Yield runs of items of about so many steps each, in order."""
    batch_steps = max(1, batch_steps)
    batch: list[X] = []
    steps, place = 0, 0
    for item in items:
        steps += length(item)
        if batch and steps // batch_steps != place:
            yield batch
            batch = []
        place = steps // batch_steps
        batch.append(item)
    if batch:
        yield batch


def _from_files(files: ModelFiles) -> Model[Any, Any]:
    task, architecture = files.config.get("task"), files.config.get("architecture")
    if not isinstance(task, str):
        raise DataError("The field 'task' is not a text.")
    if not isinstance(architecture, Mapping):
        raise DataError("The field 'architecture' is not an object.")
    x, y = _codec(files, "x", ""), _codec(files, "y", "y-")
    kind = architecture.get("kind")
    settings = network_settings(kind, x.space, y.space, architecture)
    # On "meta" nothing is allocated, whatever sizes a stranger's settings ask for; then the shapes are compared.
    with torch.device("meta"):
        network = build_network(cast(str, kind), x.space, y.space, settings)
    expected = {name: (value.dtype, tuple(value.shape)) for name, value in network.module.state_dict().items()}
    network.module.load_state_dict(files.tensors(expected), assign=True)
    search = files.config.get("search", GREEDY.to_dict())
    if not isinstance(search, Mapping):
        raise DataError("The field 'search' is not an object.")
    return Model(task, x, y, network, BeamSettings.from_dict(search))


def _codec(files: ModelFiles, side: str, prefix: str) -> Codec[Any]:
    saved = files.config.get(side)
    if not isinstance(saved, Mapping):
        raise DataError(f"The field {side!r} is not an object.")
    settings, texts = saved.get("settings"), saved.get("texts")
    if not isinstance(settings, Mapping) or not isinstance(texts, Sequence):
        raise DataError(f"The field {side!r} lacks its settings or its texts.")
    found = {
        name.removeprefix(prefix): files.texts[name] for name in texts if isinstance(name, str) and name in files.texts
    }
    return load_codec(saved.get("kind"), Saved(settings, found, files.tensors_of(side)))


def _stepwise(network: Architecture) -> ManyToMany:
    if not isinstance(network, ManyToMany):
        raise SettingsError("Only a network with a label for every step has scores for each.")
    return network
