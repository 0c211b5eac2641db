import itertools
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from unrolled.architectures import ManyToMany, ManyToManySettings, Sizes
from unrolled.data.codecs import EncodedWords, LabelsCodec, WordsCodec, may_follow
from unrolled.data.ragged import Ragged
from unrolled.errors import SettingsError

X = [["Teddy", "Roosevelt", "met", "Rose"], ["Teddy"], ["Teddy", "bears", "met"]]
Y = [["B-PER", "I-PER", "O", "B-PER"], ["B-PER"], ["O", "O", "O"]]
X_CODEC, Y_CODEC = WordsCodec.fitted(X * 2), LabelsCodec.fitted(Y)
LABELS = Y_CODEC.labels.tokens
SMALL = ManyToManySettings(hidden_size=5, word_size=4, affix_size=2, character_size=4)


def network(settings: ManyToManySettings = SMALL, *, seed: int = 1) -> ManyToMany:
    generator = torch.Generator().manual_seed(seed)
    made = ManyToMany(
        settings,
        Sizes(len(X_CODEC.words), len(X_CODEC.affixes), len(X_CODEC.characters), len(LABELS), X_CODEC.num_affixes),
        forbidden=torch.tensor([[not may_follow(b, a) for b in LABELS] for a in LABELS]),
        forbidden_start=torch.tensor([not may_follow(b, "O") for b in LABELS]),
        outside=LABELS.index("O"),
        generator=generator,
    )
    for parameter in made.parameters():  # no constants: what begins at zero hides mistakes
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator)
    return made.double()


def batch() -> tuple[EncodedWords, Ragged]:
    return X_CODEC.encode(X), Y_CODEC.encode(Y)


VARIANTS = [
    SMALL,
    replace(SMALL, output="softmax", cell="gru"),
    replace(SMALL, output="softmax", bidirectional=False, num_layers=2, initial_state="learned"),
    replace(SMALL, character_encoder="recurrent", cell="rnn"),
]


@pytest.mark.parametrize("settings", VARIANTS, ids=lambda s: f"{s.cell}-{s.output}-{s.num_layers}")
def test_the_loss_is_the_sum_of_each_sentence_alone(settings: ManyToManySettings) -> None:
    made = network(settings)
    x, y = batch()
    alone = sum(made.loss(X_CODEC.encode([a]), Y_CODEC.encode([b])) for a, b in zip(X, Y, strict=True))
    torch.testing.assert_close(made.loss(x, y), alone, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("settings", VARIANTS, ids=lambda s: f"{s.cell}-{s.output}-{s.num_layers}")
def test_prediction_is_the_most_probable_of_all_paths(settings: ManyToManySettings) -> None:
    made = network(settings)
    x, _ = batch()
    predicted, marginals = made.predict(x).to_list(), made.marginals(x).to_list()
    for number, sentence in enumerate(X):
        losses = {
            path: made.loss(X_CODEC.encode([sentence]), _labels(path)).item()
            for path in itertools.product(range(len(LABELS)), repeat=len(sentence))
            if settings.output == "softmax" or _allowed(path)
        }
        best = min(losses, key=losses.__getitem__)
        assert tuple(predicted[number].tolist()) == best
        probabilities = {path: torch.tensor(-loss).exp() for path, loss in losses.items()}
        assert float(sum(probabilities.values())) == pytest.approx(1, abs=1e-6)
        for t, k in itertools.product(range(len(sentence)), range(len(LABELS))):
            of_label = sum(float(p) for path, p in probabilities.items() if path[t] == k)
            assert float(marginals[number][t, k]) == pytest.approx(of_label, abs=1e-6)


@pytest.mark.parametrize("settings", VARIANTS[:2], ids=lambda s: s.output)
def test_a_bias_against_the_outside_changes_decisions_and_no_probability(settings: ManyToManySettings) -> None:
    made = network(settings)
    x, _ = batch()
    outside = LABELS.index("O")
    scores, probabilities, labels = made.scores(x), made.marginals(x).rows, made.predict(x).rows
    assert torch.equal(made.decode(scores, 0.0).rows, labels)
    assert not (made.decode(scores, 1000.0).rows == outside).any()
    assert (made.decode(scores, -1000.0).rows == outside).all()
    made.outside_bias.fill_(1000.0)
    assert not (made.predict(x).rows == outside).any()
    assert torch.equal(made.marginals(x).rows, probabilities)


def test_n_best_has_log_probabilities_that_add_up() -> None:
    made = network()
    x, _ = batch()
    best = made.n_best(x, 100)
    for number, sentence in enumerate(X):
        paths = [path for path in itertools.product(range(len(LABELS)), repeat=len(sentence)) if _allowed(path)]
        assert sorted(tuple(labels) for labels, _ in best[number]) == sorted(paths)
        scores = torch.tensor([score for _, score in best[number]], dtype=torch.float64)
        assert float(scores.exp().sum()) == pytest.approx(1, abs=1e-6)
        assert best[number][0][0] == made.predict(x).to_list()[number].tolist()
    with pytest.raises(SettingsError, match="output=crf"):
        network(replace(SMALL, output="softmax")).n_best(x, 2)


def test_steps_with_the_state_are_the_whole() -> None:
    made = network(replace(SMALL, output="softmax", bidirectional=False))
    whole = made.scores(X_CODEC.encode([X[0]])).rows
    stepper = made.stepper()
    steps = [made.step(X_CODEC.encode([[word]]), stepper).rows for word in X[0]]
    torch.testing.assert_close(torch.cat(steps), whole, rtol=1e-12, atol=1e-12)


def test_a_unidirectional_tagger_cannot_tell_the_two_teddies_apart_and_a_bidirectional_one_can() -> None:
    sentences = [X[0], X[2]]
    for bidirectional in (False, True):
        made = network(replace(SMALL, output="softmax", bidirectional=bidirectional))
        first, second = (rows[0] for rows in made.marginals(X_CODEC.encode(sentences)).to_list())
        assert torch.equal(first, second) != bidirectional


def test_noise_is_an_argument() -> None:
    made = network()
    made.observe(torch.ones(len(X_CODEC.words)), torch.ones(len(LABELS)))
    x, y = batch()

    def loss(seed: int | None) -> Tensor:
        return made.loss(x, y, None if seed is None else torch.Generator().manual_seed(seed))

    assert torch.equal(loss(None), loss(None))
    assert torch.equal(loss(3), loss(3))
    assert not torch.equal(loss(3), loss(4))
    assert not torch.equal(loss(3), loss(None))


def test_a_missed_entity_costs_more_in_training_only() -> None:
    plain = replace(SMALL, dropout=0.0, input_dropout=0.0, word_dropout=0.0)
    dear = replace(plain, missed_cost=2.0)
    x, y = batch()
    noise = torch.Generator()
    assert torch.equal(network(plain).loss(x, y), network(dear).loss(x, y))
    assert network(dear).loss(x, y, noise) > network(plain).loss(x, y, noise)
    outside = y.with_rows(torch.full_like(y.rows, LABELS.index("O")))
    assert torch.equal(network(dear).loss(x, outside, noise), network(plain).loss(x, outside, noise))


def test_the_cost_of_missing_is_the_softmax_margin_of_gimpel_and_smith() -> None:
    cost = 1.5
    made = network(replace(SMALL, dropout=0.0, input_dropout=0.0, word_dropout=0.0, missed_cost=cost))
    sentence, truth = X_CODEC.encode([X[0]]), Y_CODEC.encode([Y[0]])
    gold, outside = tuple(truth.rows.tolist()), LABELS.index("O")
    total = torch.zeros((), dtype=torch.float64)
    for path in itertools.product(range(len(LABELS)), repeat=len(X[0])):
        if _allowed(path):
            missed = sum(a != outside and b == outside for a, b in zip(gold, path, strict=True))
            total += (cost * missed - made.loss(sentence, _labels(path))).exp()
    expected = made.loss(sentence, truth) + total.log()
    torch.testing.assert_close(made.loss(sentence, truth, torch.Generator()), expected, rtol=1e-9, atol=1e-9)


def test_balanced_class_weights_are_inverse_frequencies() -> None:
    made = network(replace(SMALL, output="softmax", class_weights="balanced"))
    x, y = batch()
    counts = torch.bincount(y.rows, minlength=len(LABELS))
    made.observe(torch.ones(len(X_CODEC.words)), counts)
    assert made.class_weights is not None
    torch.testing.assert_close(made.class_weights * counts, torch.full((len(LABELS),), len(y.rows) / len(LABELS)))
    made.class_weights = made.class_weights.double()
    log_probabilities = made.marginals(x).rows.log()
    expected = -sum(made.class_weights[k] * log_probabilities[row, k] for row, k in enumerate(y.rows))
    torch.testing.assert_close(made.loss(x, y), expected)


def test_settings_that_leave_nothing_to_read_or_do_nothing_are_refused() -> None:
    with pytest.raises(SettingsError, match="all 0"):
        ManyToManySettings(word_size=0, affix_size=0, character_size=0)
    with pytest.raises(SettingsError, match="missed_cost"):
        ManyToManySettings(class_weights="balanced")


def _allowed(path: tuple[int, ...]) -> bool:
    names = [LABELS[k] for k in path]
    return all(may_follow(label, previous) for previous, label in zip(["O", *names], names, strict=False))


def _labels(path: tuple[int, ...]) -> Ragged:
    return Ragged(torch.tensor(path), torch.tensor([len(path)]))
