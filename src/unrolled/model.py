"""A model: its settings, its codecs and its network, from raw sentences to raw labels."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from unrolled.architectures import ManyToMany, ManyToManySettings, Sizes
from unrolled.data.codecs import LabelsCodec, WordsCodec, check_sentences, may_follow
from unrolled.data.pair import Pair
from unrolled.data.spelling import normal_form
from unrolled.data.vectors import read_vectors, read_words
from unrolled.data.vocabulary import Vocabulary
from unrolled.errors import DataError, ModelFileError, SettingsError
from unrolled.kernels import State
from unrolled.model_files import ModelFiles, read_model_files, write_model_files

__all__ = ["Model", "Stream", "TaggedPair"]

TaggedPair = Pair[tuple[str, ...], tuple[str, ...]]
"""A sentence and its labels, one label a word."""

PREDICT_TOKENS = 2048
"""Sentences are predicted in batches of about this many words; the answers do not depend on it."""


@dataclass
class Model:
    """A tagger of sentences: T_x = T_y, a label for every word.

    Attributes:
        task: the task's name, such as "ner".
        x_codec, y_codec: how sentences and labels become indices.
        network: the weights, and the settings they were made with.
        vectors_found: the share of the vocabulary that started from pre-trained vectors; None where there were none.
    """

    task: str
    x_codec: WordsCodec
    y_codec: LabelsCodec
    network: ManyToMany
    vectors_found: float | None = None

    @classmethod
    def build(
        cls,
        task: str,
        pairs: Sequence[TaggedPair],
        settings: ManyToManySettings,
        *,
        min_count: int = 1,
        max_vocabulary: int | None = None,
        vectors: str | Path | None = None,
        vectors_words: int = 0,
        seed: int = 0,
    ) -> "Model":
        """Return an untrained model whose codecs are fitted on the training pairs.

        Args:
            task: the task's name.
            pairs: the training pairs.
            settings: what the network is made of.
            min_count, max_vocabulary: which words the vocabulary keeps.
            vectors: a GloVe, fastText or word2vec text file that the word vectors start from.
            vectors_words: the vocabulary also takes in that many words from the top of the file.
            seed: of the initial weights.

        Raises:
            DataError: no pairs, or a file of vectors that cannot be read.
            SettingsError: vectors of another length than `word_size`.
        """
        if not pairs:
            raise DataError("There are no training pairs. Give at least one labelled sentence.")
        sentences, labels = [pair.x for pair in pairs], [pair.y for pair in pairs]
        known = [] if vectors is None else read_words(vectors, vectors_words)
        x_codec = WordsCodec.fitted(sentences, min_count=min_count, max_vocabulary=max_vocabulary, known=known)
        y_codec = LabelsCodec.fitted(labels)
        model = cls(task, x_codec, y_codec, _network(settings, x_codec, y_codec, torch.Generator().manual_seed(seed)))
        label_counts = torch.bincount(y_codec.encode(labels).rows, minlength=len(y_codec.labels))
        model.network.observe(torch.tensor(x_codec.counts(sentences)), label_counts)
        if vectors is not None:
            model._start_from(Path(vectors), [word for sentence in sentences for word in sentence] + known)
        return model

    @property
    def settings(self) -> ManyToManySettings:
        """What the network is made of."""
        return self.network.settings

    def loss(self, pairs: Sequence[TaggedPair], noise: torch.Generator | None = None) -> Tensor:
        """Return the cross-entropy summed over the steps of all pairs; `noise` drives the dropouts, None none."""
        x = self.x_codec.encode([pair.x for pair in pairs])
        return self.network.loss(x, self.y_codec.encode([pair.y for pair in pairs]), noise)

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return the labels of each sentence.

        Raises:
            DataError: a sentence without words.
        """
        return self.predict_each(sentences, [float(self.network.outside_bias)])[0]

    def predict_each(
        self, sentences: Sequence[Sequence[str]], outside_biases: Sequence[float]
    ) -> list[list[list[str]]]:
        """Return the labels of each sentence under each bias against the label O: see `ManyToMany.decode`."""
        labels: list[list[list[str]]] = [[] for _ in outside_biases]
        for batch in _batches(sentences):
            with torch.no_grad():
                scores = self.network.scores(self.x_codec.encode(batch))
            for answers, bias in zip(labels, outside_biases, strict=True):
                answers.extend(self.y_codec.decode(self.network.decode(scores, bias)))
        return labels

    def predict_with_confidence(self, sentences: Sequence[Sequence[str]]) -> list[tuple[list[str], list[float]]]:
        """Return for each sentence its labels, as `predict` does, and the marginal probability of each of them."""
        answers: list[tuple[list[str], list[float]]] = []
        for batch in _batches(sentences):
            with torch.no_grad():
                scores = self.network.scores(self.x_codec.encode(batch))
                labels = self.network.decode(scores, float(self.network.outside_bias))
                chosen = self.network.probabilities(scores).rows.gather(1, labels.rows[:, None])[:, 0].clamp(0, 1)
            confidence = [cast(Any, rows).tolist() for rows in labels.with_rows(chosen).to_list()]
            answers += zip(self.y_codec.decode(labels), confidence, strict=True)
        return answers

    def marginals(self, sentences: Sequence[Sequence[str]]) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
        """Return ŷ⟨t⟩ for each sentence: (T_x, K), the probability of each label in the order of `y_codec.labels`."""
        marginals: list[np.ndarray[Any, np.dtype[np.float32]]] = []
        for batch in _batches(sentences):
            marginals += [rows.numpy() for rows in self.network.marginals(self.x_codec.encode(batch)).to_list()]
        return marginals

    def n_best(self, sentences: Sequence[Sequence[str]], n: int) -> list[list[tuple[list[str], float]]]:
        """Return the n most probable label sequences of each sentence with their log-probabilities, best first."""
        token = self.y_codec.labels.token
        return [
            [([token(i) for i in labels], score) for labels, score in best]
            for batch in _batches(sentences)
            for best in self.network.n_best(self.x_codec.encode(batch), n)
        ]

    def stream(self) -> "Stream":
        """Return a stream that labels word by word.

        Raises:
            SettingsError: a bidirectional model, or a CRF: both wait for the sentence's end.
        """
        if self.settings.bidirectional or self.settings.output == "crf":
            raise SettingsError(
                "A stream needs a model whose ŷ⟨t⟩ depends on x⟨1⟩ … x⟨t⟩ alone. "
                "Train with bidirectional=false and output=softmax."
            )
        return Stream(self)

    def save(self, directory: str | Path, *, metrics: Mapping[str, Any], card: str) -> None:
        """Write the model directory: safetensors, JSON and text, nothing that can execute.

        Args:
            directory: where to; a model directory that is there already is replaced once the new one is complete.
            metrics: the figures to keep beside the weights.
            card: the model card, Markdown.

        Raises:
            RunError: the directory cannot be written, or holds something else.
        """
        config = {
            "task": self.task,
            "architecture": "many_to_many",
            "settings": self.settings.to_dict(),
            "labels": list(self.y_codec.labels.tokens),
        }
        write_model_files(
            Path(directory),
            config=config,
            tensors={name: value.contiguous() for name, value in self.network.state_dict().items()},
            vocabularies=self.x_codec.texts(),
            metrics=metrics,
            card=card,
        )

    @classmethod
    def load(cls, directory: str | Path) -> "Model":
        """Read a model directory, or the best model of a run directory.

        Raises:
            ModelFileError: anything about the files that is not as it was saved.
        """
        files = read_model_files(Path(directory))
        try:
            return cls._from_files(files)
        except (DataError, SettingsError) as problem:
            raise ModelFileError(f"{directory}: config.json or a vocabulary cannot be used. {problem}") from problem

    @classmethod
    def _from_files(cls, files: ModelFiles) -> "Model":
        config = files.config
        if config.get("architecture") != "many_to_many":
            raise DataError(f"The architecture is {config.get('architecture')!r}, where this version has many_to_many.")
        labels, settings, task = config.get("labels"), config.get("settings"), config.get("task")
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise DataError("The field 'labels' is not a list of texts.")
        if not all(re.fullmatch("O|[BI](-.+)?", cast(str, label), re.DOTALL) for label in labels):
            raise DataError(f"The labels {labels} are not those of IOB2.")
        if not isinstance(settings, dict) or not isinstance(task, str):
            raise DataError("The field 'settings' is not an object or 'task' is not a text.")
        x_codec = WordsCodec.from_texts(files.vocabularies)
        y_codec = LabelsCodec.from_labels(cast(list[str], labels))
        network_settings = ManyToManySettings.from_dict(settings)
        # On "meta" nothing is allocated, whatever sizes a stranger's settings ask for; then the shapes are compared.
        with torch.device("meta"):
            network = _network(network_settings, x_codec, y_codec, None)
        expected = {name: (value.dtype, tuple(value.shape)) for name, value in network.state_dict().items()}
        network.load_state_dict(files.tensors(expected), assign=True)
        return cls(task, x_codec, y_codec, network)

    def _start_from(self, path: Path, spellings: Sequence[str]) -> None:
        """Take over the vectors of a file; a normal form that has none there takes that of its first spelling."""
        table = self.network.embedding.words
        if table is None:
            raise SettingsError(f"vectors is {str(path)!r} but word_size is 0. Give word_size the vectors' length.")
        words = self.x_codec.words
        forms = Vocabulary(dict.fromkeys((*words.tokens[1:], *spellings)), unk=None)
        vectors = read_vectors(path, forms)
        if vectors.matrix.shape[1] != table.shape[1]:
            raise SettingsError(
                f"{path} has vectors of length {vectors.matrix.shape[1]}, word_size {table.shape[1]}. Make them equal."
            )
        first: dict[int, int] = {}
        for form in vectors.found.nonzero()[0]:
            first.setdefault(words.index(normal_form(forms.token(int(form)))), int(form))
        first.pop(0, None)
        self.vectors_found = len(first) / max(len(words) - 1, 1)
        if not first:
            raise DataError(
                f"{path} has no vector for any of the {len(words) - 1} words. Give vectors of the language."
            )
        with torch.no_grad():
            table[list(first)] = torch.tensor(vectors.matrix[list(first.values())], dtype=table.dtype)


class Stream:
    """Labels word by word: one step in, one label out, the state carried between them.

    The recurrent layers are a snapshot, so that training goes on without them. A stream serves one thread at a time.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._stepper = model.network.stepper()

    def push(self, word: str) -> tuple[str, float]:
        """Return the label of the next word and its probability."""
        network = self.model.network
        scores = network.step(self.model.x_codec.encode([[word]]), self._stepper)
        best = int(network.decode(scores, float(network.outside_bias)).rows[0])
        return self.model.y_codec.labels.token(best), float(network.probabilities(scores).rows[0, best])

    @property
    def state(self) -> State:
        """A copy of what is carried; a stream of the same model that is given it goes on from here."""
        return self._stepper.state

    @state.setter
    def state(self, state: State) -> None:
        self._stepper.state = state

    def reset(self) -> None:
        """Forget the past: the next word begins a sentence."""
        self._stepper.reset()


def _network(
    settings: ManyToManySettings, x_codec: WordsCodec, y_codec: LabelsCodec, generator: torch.Generator | None
) -> ManyToMany:
    labels = y_codec.labels.tokens
    return ManyToMany(
        settings,
        Sizes(len(x_codec.words), len(x_codec.affixes), len(x_codec.characters), len(labels), x_codec.num_affixes),
        forbidden=torch.tensor(
            [[not may_follow(label, previous) for label in labels] for previous in labels], device="cpu"
        ),
        forbidden_start=torch.tensor([not may_follow(label, "O") for label in labels], device="cpu"),
        outside=labels.index("O") if "O" in labels else None,
        generator=generator,
    )


def _batches(sentences: Sequence[Sequence[str]]) -> Iterator[Sequence[Sequence[str]]]:
    """Yield runs of sentences of about PREDICT_TOKENS words each, in order, once all of them are known to be sound."""
    check_sentences(sentences)
    run: dict[int, list[Sequence[str]]] = {}
    for sentence, words in zip(sentences, accumulate(map(len, sentences)), strict=True):
        run.setdefault(words // PREDICT_TOKENS, []).append(sentence)
    yield from run.values()
