import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from unrolled.architectures import ManyToOne, ManyToOneSettings, NetworkSettings, build_network, network_settings
from unrolled.data.codecs import EncodedWords, TagsCodec, WordsCodec
from unrolled.data.phrases import Bag
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Sets, Space, Vectors
from unrolled.decoding import Decoding
from unrolled.errors import DataError, SettingsError
from unrolled.layers import (
    ClassesOutputSettings,
    OrdinalOutputSettings,
    TagsOutputSettings,
    WordsInputSettings,
    input_settings,
    output_settings,
)
from unrolled.layers.pooling import POOLINGS
from unrolled.model import Model

D, K, LENGTHS = 2, 3, (3, 1, 4)
PLAIN = ManyToOneSettings(
    hidden_size=3, attention_size=4, bidirectional=False, pooling="attention", input_dropout=0.0, dropout=0.0
)
VARIANTS = (
    replace(PLAIN, bidirectional=True, pooling="last", cell="lstm"),
    replace(PLAIN, bidirectional=True, pooling="attention", num_layers=2),
    replace(PLAIN, pooling="mean", cell="rnn", initial_state="learned"),
    replace(PLAIN, pooling="max", num_layers=0),
)
CAUSAL = tuple(
    replace(PLAIN, pooling=pooling, num_layers=layers, cell=cell)
    for pooling in POOLINGS
    for layers, cell in ((2, "gru"), (1, "lstm"), (0, "gru"))
)
SPACES: tuple[Space, ...] = (Classes(K), Classes(K, ordered=True), Sets(K), Vectors(K))


def named(settings: ManyToOneSettings) -> str:
    ways = "both" if settings.bidirectional else "one"
    return f"{settings.num_layers}-{settings.cell}-{ways}-{settings.pooling}"


def network(settings: ManyToOneSettings = PLAIN, y: Space = SPACES[0]) -> ManyToOne:
    generator = torch.Generator().manual_seed(1)
    whole = NetworkSettings(settings, input_settings(Vectors(D))(), output_settings(y)())
    return shaken(ManyToOne(Vectors(D), y, whole, generator).double(), generator)


def shaken(made: ManyToOne, generator: torch.Generator) -> ManyToOne:
    for parameter in made.parameters():  # no constants: what begins at zero hides mistakes
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    return made


def drawn(y: Space = SPACES[0]) -> tuple[Ragged, Ragged]:
    generator, N = torch.Generator().manual_seed(2), len(LENGTHS)
    x = torch.randn(sum(LENGTHS), D, generator=generator, dtype=torch.float64)
    if isinstance(y, Vectors):
        rows = torch.randn(N, K, generator=generator, dtype=torch.float64)
    elif isinstance(y, Sets):
        rows = torch.randint(2, (N, K), generator=generator).double()
    else:
        rows = torch.randint(K, (N,), generator=generator)
    return Ragged(x, torch.tensor(LENGTHS)), Ragged(rows, torch.ones(N, dtype=torch.int64))


def one(rows: Tensor) -> Ragged:
    return Ragged(rows, torch.tensor([len(rows)]))


# Laws


@pytest.mark.parametrize("y", SPACES, ids=str)
@pytest.mark.parametrize("settings", VARIANTS, ids=named)
def test_a_sequence_gives_the_same_alone(settings: ManyToOneSettings, y: Space) -> None:
    made, (x, truth) = network(settings, y), drawn(y)
    loss = made.loss(x, truth)
    pairs = [(one(a), one(b[None])) for a, b in zip(x.to_list(), truth.rows, strict=True)]
    torch.testing.assert_close(loss.total, torch.stack([made.loss(a, b).total for a, b in pairs]).sum())
    assert loss.steps == len(LENGTHS)
    torch.testing.assert_close(
        made.log_likelihood(x, truth), torch.cat([made.log_likelihood(a, b) for a, b in pairs]), rtol=1e-12, atol=1e-12
    )
    for (best,), (a, _) in zip(made.found(x, Decoding(confidence=True)), pairs, strict=True):
        assert len(best.rows) == 1
        torch.testing.assert_close(best.rows, made.found(a, Decoding())[0][0].rows, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("settings", VARIANTS, ids=named)
def test_every_gradient_equals_finite_differences(settings: ManyToOneSettings) -> None:
    made, (x, truth) = network(settings), drawn()
    parameters = dict(made.named_parameters())
    found = torch.autograd.grad(made.loss(x, truth).total, list(parameters.values()))
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for (name, parameter), gradient in zip(parameters.items(), found, strict=True):
            for _ in range(2):
                way = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
                kept, sides = parameter.clone(), list[Tensor]()
                for step in (1e-5, -1e-5):
                    parameter.copy_(kept + step * way)
                    sides.append(made.loss(x, truth).total)
                parameter.copy_(kept)
                numeric = (sides[0] - sides[1]) / 2e-5
                assert abs(numeric - (gradient * way).sum()) < 1e-7, name


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_it_is_the_network_of_torch_with_the_same_weights(pooling: str, bidirectional: bool) -> None:
    settings = replace(PLAIN, bidirectional=bidirectional, pooling=pooling, cell="lstm", num_layers=2)
    made, (x, truth) = network(settings), drawn()
    assert made.recurrent is not None
    twin = made.recurrent.to_torch()
    losses: list[Tensor] = []
    for rows, label in zip(x.to_list(), truth.rows, strict=True):
        a, (last, _) = twin(rows[None])
        if pooling == "last":
            p = last[-2:].flatten() if bidirectional else last[-1, 0]
        else:
            p = a[0].mean(0) if pooling == "mean" else a[0].amax(0)
        scores = nn.functional.linear(p, made.output.Wya, made.output.by)
        losses.append(nn.functional.cross_entropy(scores, label))
    torch.testing.assert_close(made.loss(x, truth).total, torch.stack(losses).sum(), rtol=1e-10, atol=1e-10)


def test_noise_is_an_argument_and_nothing_changes() -> None:
    (x, y), before = drawn(), [tensor.clone() for tensor in (drawn()[0].rows, drawn()[1].rows)]
    for settings in (replace(PLAIN, dropout=0.5), replace(PLAIN, num_layers=0, input_dropout=0.5)):
        made = network(settings)
        weights = {name: tensor.clone() for name, tensor in made.state_dict().items()}

        def loss(seed: int | None, made: ManyToOne = made) -> Tensor:
            return made.loss(x, y, None if seed is None else torch.Generator().manual_seed(seed)).total

        assert torch.equal(loss(None), loss(None))
        assert torch.equal(loss(3), loss(3))
        assert not torch.equal(loss(3), loss(4))
        assert not torch.equal(loss(3), loss(None))
        assert all(torch.equal(weights[name], tensor) for name, tensor in made.state_dict().items())
    assert torch.equal(x.rows, before[0])
    assert torch.equal(y.rows, before[1])


# Streams


def cuts_of(T: int) -> list[list[int]]:
    """Every way to cut T steps into chunks."""
    return [
        [end - start for start, end in itertools.pairwise((0, *places, T))]
        for count in range(T)
        for places in itertools.combinations(range(1, T), count)
    ]


@pytest.mark.parametrize("settings", CAUSAL, ids=named)
def test_steps_in_any_chunks_are_the_whole_of_what_came_so_far(settings: ManyToOneSettings) -> None:
    made, rows = network(settings), drawn()[0].to_list()[2]
    wanted = torch.cat([made.scores(one(rows[: t + 1])).rows for t in range(len(rows))])
    steps = made.steps()
    for cuts in cuts_of(len(rows)):
        found = torch.cat([steps.step(one(piece)).rows for piece in rows.split(cuts)])
        torch.testing.assert_close(found, wanted, rtol=1e-10, atol=1e-10)
        steps.reset()


@pytest.mark.parametrize("settings", CAUSAL, ids=named)
def test_a_state_is_kept_and_given_back(settings: ManyToOneSettings) -> None:
    made, rows = network(settings), drawn()[0].to_list()[2]
    steps, other = made.steps(), made.steps()
    steps.step(one(rows[:2]))
    state = steps.state
    kept = {name: tensor.clone() for name, tensor in state.items()}
    wanted = steps.step(one(rows[2:])).rows
    other.step(one(-rows))
    other.state = state
    torch.testing.assert_close(other.step(one(rows[2:])).rows, wanted, rtol=0, atol=0)
    assert all(torch.equal(state[name], tensor) for name, tensor in kept.items())
    for name in state:
        with pytest.raises(DataError, match=name):
            other.state = {**state, name: state[name][:, None]}
    with pytest.raises(DataError, match="the moon"):
        other.state = {**state, "the moon": rows}


@pytest.mark.parametrize("settings", CAUSAL, ids=named)
def test_several_sequences_step_together(settings: ManyToOneSettings) -> None:
    made, rows = network(settings), drawn()[0].to_list()[2]
    sequences = torch.stack([rows, -rows], 1)  # (T, N, D)
    steps = made.steps(2)
    found = torch.stack([steps.step(Ragged(now, torch.ones(2, dtype=torch.int64))).rows for now in sequences], 1)
    for n, running in enumerate(found):
        torch.testing.assert_close(running, made.steps().step(one(sequences[:, n])).rows, rtol=1e-10, atol=1e-10)


def test_a_long_stream_stays_exact_where_steps_are_counted() -> None:
    made = network(replace(PLAIN, pooling="mean", num_layers=0)).float()
    steps = made.steps()
    steps.step(one(torch.ones(1, D)))
    state = steps.state
    state["pooling.count"] += 2**24
    state["pooling.sum"] += 2**24
    steps.state = state
    steps.step(one(torch.zeros(1, D)))
    assert int(steps.state["pooling.count"]) == 2**24 + 2


def test_two_directions_do_not_stream_and_the_setting_that_would_is_named() -> None:
    with pytest.raises(SettingsError, match="bidirectional=false"):
        network(VARIANTS[0]).steps()
    assert network(replace(PLAIN, bidirectional=True, num_layers=0)).steps().state != {}


# Attention


def test_the_alignment_is_how_much_of_each_step_was_taken() -> None:
    made, (x, _) = network(), drawn()
    for (best,), T in zip(made.found(x, Decoding(alignment=True)), LENGTHS, strict=True):
        assert best.alignment is not None
        assert best.alignment.shape == (1, T)
        assert float(best.alignment.sum()) == pytest.approx(1)
    assert made.found(x, Decoding())[0][0].alignment is None
    assert network(VARIANTS[0]).found(x, Decoding(alignment=True))[0][0].alignment is None


def test_steps_that_matter_beyond_measure_leave_no_nan() -> None:
    made = network(replace(PLAIN, num_layers=0))
    made.pooling.ve.data *= 1e6
    x = drawn()[0]
    scores = made.scores(x)
    assert torch.isfinite(scores.rows).all()
    running = torch.cat([made.steps().step(one(rows)).rows[-1:] for rows in x.to_list()])
    torch.testing.assert_close(running, scores.rows, rtol=1e-10, atol=1e-10)


# Phrases

TEXTS = [["Teddy", "sat"], ["Teddy"], ["not", "a", "bad", "bear"]]
CODEC = WordsCodec.fitted(TEXTS * 2)
SIZES = (3, 2)
PHRASES = (([1], [], [0, 2]), ([0, 1], [], [1]))
"""Of each kind, which phrases each text holds."""


def bag(held: Sequence[list[int]]) -> Bag:
    indices = torch.tensor([index for some in held for index in some], dtype=torch.int64)
    return Bag(indices, torch.tensor([0, *itertools.accumulate(map(len, held))]))


def with_phrases(texts: list[list[str]], held: Sequence[Sequence[list[int]]]) -> EncodedWords:
    return replace(CODEC.encode(texts), phrases=tuple(map(bag, held)))


def reader(y: Space = SPACES[0], settings: ManyToOneSettings = PLAIN, *, softmax: bool = False) -> ManyToOne:
    space = replace(CODEC.space, phrases=SIZES)
    output = OrdinalOutputSettings(output="softmax") if softmax else output_settings(y)()
    whole = NetworkSettings(settings, WordsInputSettings(word_size=4, affix_size=2), output)
    made = ManyToOne(space, y, whole, torch.Generator().manual_seed(1)).double()
    assert made.wide is not None
    made.wide.ratios.normal_(generator=torch.Generator().manual_seed(2))
    return made


@pytest.mark.parametrize("ordered", [False, True])
def test_scores_are_the_mean_of_two_parts_with_a_loss_each(ordered: bool) -> None:
    made = shaken(reader(Classes(K, ordered=ordered), softmax=ordered), torch.Generator().manual_seed(3))
    assert made.wide is not None
    x, y = with_phrases(TEXTS, PHRASES), Ragged(torch.tensor([0, 1, 2]), torch.ones(3, dtype=torch.int64))
    deep = made.of_vectors(made.input(x))
    wide = made.wide(made.wide.sums(x.phrases))
    torch.testing.assert_close(made.scores(x).rows, (deep.rows + wide) / 2, rtol=1e-12, atol=1e-12)
    losses = [nn.functional.cross_entropy(scores, y.rows, reduction="sum") for scores in (deep.rows, wide)]
    torch.testing.assert_close(made.loss(x, y).total, losses[0] + losses[1], rtol=1e-12, atol=1e-12)
    (of_gates,) = torch.autograd.grad(made.loss(x, y).total, [made.wide.gates])
    (alone,) = torch.autograd.grad(losses[1], [made.wide.gates])  # the deep part says nothing to the phrases
    torch.testing.assert_close(of_gates, alone, rtol=1e-12, atol=1e-12)
    assert of_gates.abs().amin() > 0  # every phrase stands in some text
    log_p = torch.log_softmax(made.scores(x).rows, 1)[torch.arange(3), y.rows]
    torch.testing.assert_close(made.log_likelihood(x, y), log_p.detach(), rtol=1e-12, atol=1e-12)


def test_labels_are_smoothed_for_the_deep_part_alone() -> None:
    made = shaken(reader(Classes(K)), torch.Generator().manual_seed(3))
    assert made.wide is not None
    # Word dropout would draw from the noise, too; without counts there is none.
    made.output.settings = ClassesOutputSettings(label_smoothing=0.3)
    x, y = with_phrases(TEXTS, PHRASES), Ragged(torch.tensor([0, 1, 2]), torch.ones(3, dtype=torch.int64))
    deep, wide = made.of_vectors(made.input(x)), made.wide(made.wide.sums(x.phrases))
    smoothed = nn.functional.cross_entropy(deep.rows, y.rows, reduction="sum", label_smoothing=0.3)
    plain = nn.functional.cross_entropy(wide, y.rows, reduction="sum")
    torch.testing.assert_close(made.loss(x, y, torch.Generator()).total, smoothed + plain, rtol=1e-12, atol=1e-12)


def test_phrases_need_a_score_for_each_class() -> None:
    with pytest.raises(SettingsError, match="output=softmax, or phrase_words=0"):
        reader(Classes(K, ordered=True))


def test_a_text_gives_the_same_alone_with_its_phrases() -> None:
    made = shaken(reader(), torch.Generator().manual_seed(3))
    whole = made.scores(with_phrases(TEXTS, PHRASES)).rows
    for number, text in enumerate(TEXTS):
        alone = made.scores(with_phrases([text], [[held[number]] for held in PHRASES])).rows
        torch.testing.assert_close(alone[0], whole[number], rtol=1e-10, atol=1e-10)


def test_phrases_that_are_missing_or_do_not_fit_are_named() -> None:
    made = reader()
    with pytest.raises(DataError, match="phrases"):
        made.scores(CODEC.encode(TEXTS))
    with pytest.raises(DataError, match="Feed it by its codec's chunks"):
        made.steps().step(CODEC.encode(TEXTS[:1]))
    with pytest.raises(DataError, match="Feed it by its codec's chunks"):
        made.steps().step(with_phrases(TEXTS[:1], [[[1]], [[0]]]))  # of the text, not of each word


def test_running_scores_count_the_phrases_from_the_step_on_that_completes_them() -> None:
    made, text = shaken(reader(), torch.Generator().manual_seed(3)), TEXTS[2]
    arriving = ([[], [0], [], [2]], [[1], [], [], [0]])  # of each kind, by the words that complete them

    def so_far(t: int) -> list[list[list[int]]]:
        return [[list(itertools.chain(*each[: t + 1]))] for each in arriving]

    wanted = torch.cat([made.scores(with_phrases([text[: t + 1]], so_far(t))).rows for t in range(len(text))])
    steps = made.steps()
    for cuts in cuts_of(len(text)):
        found = list[Tensor]()
        for start, end in itertools.pairwise((0, *itertools.accumulate(cuts))):
            chunk = replace(CODEC.encode([text[start:end]]), phrases=tuple(bag(each[start:end]) for each in arriving))
            found.append(steps.step(chunk).rows)
            steps.state = steps.state
        torch.testing.assert_close(torch.cat(found), wanted, rtol=1e-10, atol=1e-10)
        steps.reset()


# What it is made of


@pytest.mark.parametrize("kind", ["one_to_one", "many_to_one"])
@pytest.mark.parametrize("y", SPACES, ids=str)
def test_a_network_is_made_again_from_its_settings_and_weights(y: Space, kind: str) -> None:
    settings = network_settings(kind, Vectors(D), y, {"settings": {"hidden_size": 5}, "input": {}, "output": {}})
    made = build_network(kind, Vectors(D), y, settings, torch.Generator().manual_seed(1))
    with torch.device("meta"):
        again = build_network(kind, Vectors(D), y, settings)
    again.module.load_state_dict(made.module.state_dict(), assign=True)
    x = drawn()[0]
    x = x.with_rows(x.rows.float())
    for (one_found,), (other,) in zip(made.found(x, Decoding()), again.found(x, Decoding()), strict=True):
        assert torch.equal(one_found.rows, other.rows)


def test_a_stream_of_a_model_answers_at_the_end_what_the_whole_gives() -> None:
    y = TagsCodec.fitted([["neg"], ["pos"]])
    settings = NetworkSettings(
        replace(PLAIN, pooling="mean"), WordsInputSettings(word_size=4), TagsOutputSettings(output="softmax")
    )
    made = ManyToOne(CODEC.space, y.space, settings, torch.Generator().manual_seed(1))
    model = Model("reviews", CODEC, y, made)
    stream = model.stream()
    for text, answer in zip(TEXTS, model.answers(TEXTS, Decoding(confidence=True)), strict=True):
        for cuts in cuts_of(len(text)):
            ends = list(itertools.accumulate(cuts))
            so_far = [some for start, end in itertools.pairwise((0, *ends)) for some in stream.feed(text[start:end])]
            assert len(so_far) == len(text)
            (last,) = stream.finish()
            assert last.y == answer.y == so_far[-1].y
            assert last.confidence == pytest.approx(answer.confidence, abs=1e-6)
        assert stream.finish() == []


@pytest.mark.parametrize("y", SPACES, ids=str)
@pytest.mark.parametrize("settings", VARIANTS, ids=named)
def test_shapes_are_those_of_the_parameters(settings: ManyToOneSettings, y: Space) -> None:
    for made in (network(settings, y), *([reader(y, settings)] if network(settings, y).output.num_scores > 1 else [])):
        letters = {letter: size for letter, (_, size) in made.symbols().items()}

        def value(symbol: str, letters: dict[str, int] = letters) -> int:
            if symbol == "K-1":
                return letters["K"] - 1
            found = 1
            for letter in symbol.split("·"):
                found *= int(letter) if letter.isdigit() else letters[letter]
            return found

        shapes = made.shapes()
        for name, parameter in made.named_parameters():
            assert tuple(map(value, shapes[name])) == tuple(parameter.shape), name


def test_settings_without_effect_are_named() -> None:
    assert ManyToOneSettings(num_layers=0, hidden_size=7).without_effect() == [
        "hidden_size has no effect: num_layers is 0."
    ]
    assert ManyToOneSettings(attention_size=7).without_effect() == ["attention_size has no effect: pooling is 'max'."]
    assert ManyToOneSettings(hidden_size=7).without_effect() == []


# Learning


@pytest.mark.parametrize("pooling", POOLINGS)
def test_it_learns_whether_one_sign_came_before_another(pooling: str) -> None:
    """Both signs occur in every sequence, among noise: only the order tells."""
    generator, N = torch.Generator().manual_seed(5), 60
    x = torch.zeros(N, 6, 3)
    x[:, :, 2] = torch.randn(N, 6, generator=generator) * 0.1
    places = torch.stack([torch.randperm(6, generator=generator)[:2] for _ in range(N)])
    for sign in (0, 1):
        x[torch.arange(N), places[:, sign], sign] = 1.0
    y = Ragged((places[:, 0] < places[:, 1]).long(), torch.ones(N, dtype=torch.int64))
    settings = replace(PLAIN, hidden_size=8, pooling=pooling)
    whole = NetworkSettings(settings, input_settings(Vectors(3))(), output_settings(Classes(2))())
    made = ManyToOne(Vectors(3), Classes(2), whole, torch.Generator().manual_seed(0))
    batch = Ragged(x.flatten(0, 1), torch.full((N,), 6))
    optimizer = torch.optim.Adam(made.parameters(), lr=0.03, foreach=False)
    for _ in range(60):
        optimizer.zero_grad()
        (made.loss(batch, y).total / N).backward()
        optimizer.step()
    found = torch.cat([best.rows for (best,) in made.found(batch, Decoding())])
    assert int((found == y.rows).sum()) >= 0.95 * N
