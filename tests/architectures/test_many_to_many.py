import itertools

import pytest
import torch
from torch import Tensor

from unrolled.architectures import ManyToMany, ManyToManySettings, NetworkSettings
from unrolled.data.codecs import EncodedWords, TagsCodec, WordsCodec, may_follow
from unrolled.data.ragged import Ragged
from unrolled.decoding import Decoding
from unrolled.errors import SettingsError
from unrolled.layers import TagsOutput, TagsOutputSettings, WordsInputSettings
from unrolled.settings import Composed

X = [["Teddy", "Roosevelt", "met", "Rose"], ["Teddy"], ["Teddy", "bears", "met"]]
Y = [["B-PER", "I-PER", "O", "B-PER"], ["B-PER"], ["O", "O", "O"]]
X_CODEC, Y_CODEC = WordsCodec.fitted(X * 2), TagsCodec.fitted(Y)
LABELS = Y_CODEC.labels.tokens
GROUPS = {
    "network": ManyToManySettings(hidden_size=5),
    "input": WordsInputSettings(word_size=4, affix_size=2, character_size=4),
    "output": TagsOutputSettings(),
}


def chosen(**changes: object) -> NetworkSettings:
    """Small settings, under flat names."""
    return NetworkSettings(**Composed(GROUPS).replaced(changes).groups())


SMALL = chosen()


def network(settings: NetworkSettings = SMALL, *, seed: int = 1) -> ManyToMany:
    generator = torch.Generator().manual_seed(seed)
    made = ManyToMany(X_CODEC.space, Y_CODEC.space, settings, generator)
    for parameter in made.parameters():  # no constants: what begins at zero hides mistakes
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator)
    return made.double()


def labels_output(made: ManyToMany) -> TagsOutput:
    assert isinstance(made.output, TagsOutput)
    return made.output


def predicted(made: ManyToMany, x: EncodedWords) -> list[Tensor]:
    return [hypotheses[0].rows for hypotheses in made.found(x, Decoding())]


def probabilities_of(made: ManyToMany, x: EncodedWords) -> list[Tensor]:
    found = [hypotheses[0].probabilities for hypotheses in made.found(x, Decoding(probabilities=True))]
    return [rows for rows in found if rows is not None]


def batch() -> tuple[EncodedWords, Ragged]:
    return X_CODEC.encode(X), Y_CODEC.encode(Y)


VARIANTS = [
    SMALL,
    chosen(output="softmax", cell="gru"),
    chosen(output="softmax", bidirectional=False, num_layers=2, initial_state="learned"),
    chosen(character_encoder="recurrent", cell="rnn"),
]


def name_of(settings: NetworkSettings) -> str:
    values = {**settings.network.to_dict(), **settings.output.to_dict()}
    return f"{values['cell']}-{values['output']}-{values['num_layers']}"


@pytest.mark.parametrize("settings", VARIANTS, ids=name_of)
def test_the_loss_is_the_sum_of_each_sentence_alone(settings: NetworkSettings) -> None:
    made = network(settings)
    x, y = batch()
    alone = [made.loss(X_CODEC.encode([a]), Y_CODEC.encode([b])) for a, b in zip(X, Y, strict=True)]
    total, steps, carried = made.loss(x, y)
    torch.testing.assert_close(total, sum(one.total for one in alone), rtol=1e-10, atol=1e-10)
    assert steps == sum(one.steps for one in alone) == sum(map(len, Y))
    assert carried is None


@pytest.mark.parametrize("settings", VARIANTS, ids=name_of)
def test_without_noise_the_loss_is_minus_the_log_likelihood(settings: NetworkSettings) -> None:
    made = network(settings)
    x, y = batch()
    torch.testing.assert_close(made.loss(x, y).total, -made.log_likelihood(x, y).sum(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("settings", VARIANTS, ids=name_of)
def test_prediction_is_the_most_probable_of_all_paths(settings: NetworkSettings) -> None:
    made = network(settings)
    x, _ = batch()
    answers, marginals = predicted(made, x), probabilities_of(made, x)
    for number, sentence in enumerate(X):
        losses = {
            path: made.loss(X_CODEC.encode([sentence]), _labels(path)).total.item()
            for path in itertools.product(range(len(LABELS)), repeat=len(sentence))
            if labels_output(made).crf is None or _allowed(path)
        }
        best = min(losses, key=losses.__getitem__)
        assert tuple(answers[number].tolist()) == best
        probabilities = {path: torch.tensor(-loss).exp() for path, loss in losses.items()}
        assert float(sum(probabilities.values())) == pytest.approx(1, abs=1e-6)
        for t, k in itertools.product(range(len(sentence)), range(len(LABELS))):
            of_label = sum(float(p) for path, p in probabilities.items() if path[t] == k)
            assert float(marginals[number][t, k]) == pytest.approx(of_label, abs=1e-6)


@pytest.mark.parametrize("settings", VARIANTS[:2], ids=name_of)
def test_a_bias_against_the_outside_changes_decisions_and_no_probability(settings: NetworkSettings) -> None:
    made = network(settings)
    x, _ = batch()
    outside = LABELS.index("O")
    output, scores = labels_output(made), made.scores(x)
    probabilities, labels = torch.cat(probabilities_of(made, x)), torch.cat(predicted(made, x))
    assert torch.equal(output.decode(scores, 0.0).rows, labels)
    assert not (output.decode(scores, 1000.0).rows == outside).any()
    assert (output.decode(scores, -1000.0).rows == outside).all()
    output.outside_bias.fill_(1000.0)
    assert not (torch.cat(predicted(made, x)) == outside).any()
    assert torch.equal(torch.cat(probabilities_of(made, x)), probabilities)


def test_n_best_has_log_probabilities_that_add_up() -> None:
    made = network()
    x, _ = batch()
    best = [others for _, *others in made.found(x, Decoding(n_best=100))]
    for number, sentence in enumerate(X):
        paths = [path for path in itertools.product(range(len(LABELS)), repeat=len(sentence)) if _allowed(path)]
        assert sorted(tuple(one.rows.tolist()) for one in best[number]) == sorted(paths)
        scores = torch.tensor([one.log_p for one in best[number]], dtype=torch.float64)
        assert float(scores.exp().sum()) == pytest.approx(1, abs=1e-6)
        assert best[number][0].rows.tolist() == predicted(made, x)[number].tolist()
    with pytest.raises(SettingsError, match="output=crf"):
        network(chosen(output="softmax")).found(x, Decoding(n_best=2))


def test_steps_with_the_state_are_the_whole() -> None:
    made = network(chosen(output="softmax", bidirectional=False))
    whole = made.scores(X_CODEC.encode([X[0]])).rows
    stepper = made.steps()
    steps = [stepper.step(X_CODEC.encode([[word]])).rows for word in X[0]]
    torch.testing.assert_close(torch.cat(steps), whole, rtol=1e-12, atol=1e-12)
    stepper.reset()
    torch.testing.assert_close(stepper.step(X_CODEC.encode([X[0]])).rows, whole, rtol=1e-12, atol=1e-12)


def test_steps_serve_several_sequences_at_once() -> None:
    made = network(chosen(output="softmax", bidirectional=False, cell="lstm"))
    wholes = [made.scores(X_CODEC.encode([sentence[:3]])).rows for sentence in (X[0], X[2])]
    stepper = made.steps(num_sequences=2)
    steps = [stepper.step(X_CODEC.encode([[a], [b]])).rows for a, b in zip(X[0][:3], X[2], strict=True)]
    for number, whole in enumerate(wholes):
        torch.testing.assert_close(torch.stack([rows[number] for rows in steps]), whole, rtol=1e-12, atol=1e-12)


def test_a_unidirectional_tagger_cannot_tell_the_two_teddies_apart_and_a_bidirectional_one_can() -> None:
    sentences = [X[0], X[2]]
    for bidirectional in (False, True):
        made = network(chosen(output="softmax", bidirectional=bidirectional))
        first, second = (rows[0] for rows in probabilities_of(made, X_CODEC.encode(sentences)))
        assert torch.equal(first, second) != bidirectional


def test_noise_is_an_argument() -> None:
    made = network()
    made.observe(torch.ones(len(X_CODEC.words)), torch.ones(len(LABELS)))
    x, y = batch()

    def loss(seed: int | None) -> Tensor:
        return made.loss(x, y, None if seed is None else torch.Generator().manual_seed(seed)).total

    assert torch.equal(loss(None), loss(None))
    assert torch.equal(loss(3), loss(3))
    assert not torch.equal(loss(3), loss(4))
    assert not torch.equal(loss(3), loss(None))


def test_a_missed_entity_costs_more_in_training_only() -> None:
    quiet = {"dropout": 0.0, "input_dropout": 0.0, "word_dropout": 0.0}
    plain, dear = network(chosen(**quiet)), network(chosen(**quiet, missed_cost=2.0))
    x, y = batch()
    noise = torch.Generator()
    assert torch.equal(plain.loss(x, y).total, dear.loss(x, y).total)
    assert dear.loss(x, y, noise).total > plain.loss(x, y, noise).total
    outside = y.with_rows(torch.full_like(y.rows, LABELS.index("O")))
    assert torch.equal(dear.loss(x, outside, noise).total, plain.loss(x, outside, noise).total)


def test_the_cost_of_missing_is_the_softmax_margin_of_gimpel_and_smith() -> None:
    cost = 1.5
    made = network(chosen(dropout=0.0, input_dropout=0.0, word_dropout=0.0, missed_cost=cost))
    sentence, truth = X_CODEC.encode([X[0]]), Y_CODEC.encode([Y[0]])
    gold, outside = tuple(truth.rows.tolist()), LABELS.index("O")
    total = torch.zeros((), dtype=torch.float64)
    for path in itertools.product(range(len(LABELS)), repeat=len(X[0])):
        if _allowed(path):
            missed = sum(a != outside and b == outside for a, b in zip(gold, path, strict=True))
            total += (cost * missed - made.loss(sentence, _labels(path)).total).exp()
    expected = made.loss(sentence, truth).total + total.log()
    torch.testing.assert_close(made.loss(sentence, truth, torch.Generator()).total, expected, rtol=1e-9, atol=1e-9)


def test_balanced_class_weights_are_inverse_frequencies() -> None:
    made = network(chosen(output="softmax", class_weights="balanced"))
    x, y = batch()
    counts = torch.bincount(y.rows, minlength=len(LABELS))
    made.observe(torch.ones(len(X_CODEC.words)), counts)
    output = labels_output(made)
    assert output.class_weights is not None
    torch.testing.assert_close(output.class_weights * counts, torch.full((len(LABELS),), len(y.rows) / len(LABELS)))
    output.class_weights = output.class_weights.double()
    log_probabilities = torch.cat(probabilities_of(made, x)).log()
    expected = -sum(output.class_weights[k] * log_probabilities[row, k] for row, k in enumerate(y.rows))
    torch.testing.assert_close(made.loss(x, y).total, expected)
    unweighted = log_probabilities[torch.arange(len(y.rows)), y.rows].sum()
    torch.testing.assert_close(made.log_likelihood(x, y).sum(), unweighted)


def test_settings_that_do_nothing_are_refused() -> None:
    with pytest.raises(SettingsError, match="missed_cost"):
        TagsOutputSettings(class_weights="balanced")


def _allowed(path: tuple[int, ...]) -> bool:
    names = [LABELS[k] for k in path]
    return all(may_follow(label, previous) for previous, label in zip(["O", *names], names, strict=False))


def _labels(path: tuple[int, ...]) -> Ragged:
    return Ragged(torch.tensor(path), torch.tensor([len(path)]))
