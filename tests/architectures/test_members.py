"""Several networks that answer as one: trained side by side each is what it would be alone, and answers are pooled."""

import itertools
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from unrolled.architectures import (
    EncoderDecoderSettings,
    EnsembleSettings,
    ManyToManySettings,
    ManyToOneSettings,
    Members,
    NetworkSettings,
    build_network,
    members_of,
)
from unrolled.architectures.members import member_generators
from unrolled.data.codecs import Encoded
from unrolled.data.pair import Pair
from unrolled.data.ragged import Ragged
from unrolled.data.spaces import Classes, Sets, Space, Tags, Vectors
from unrolled.decoding import Decoding
from unrolled.errors import ModelFileError, SettingsError
from unrolled.layers import (
    ClassesOutputSettings,
    NumbersOutputSettings,
    OrdinalOutputSettings,
    TagsOutputSettings,
    VectorsInputSettings,
    input_settings,
    output_settings,
)
from unrolled.model import Model
from unrolled.runs.build import build_model
from unrolled.runs.explain import explain
from unrolled.runs.inspect import describe
from unrolled.runs.measure import Trainee
from unrolled.runs.onward import Start, go_on, onward
from unrolled.settings import Settings
from unrolled.tasks import DNA, NER, SENTIMENT, VECTORS
from unrolled.training import FitSettings, fit

D = 3


def ensemble(y: Space, output: Settings, num: int = 3, kind: str = "many_to_one") -> Members:
    core = {"many_to_one": ManyToOneSettings, "many_to_many": ManyToManySettings}[kind](hidden_size=4)
    settings = NetworkSettings(core, VectorsInputSettings(), output, EnsembleSettings(members=num))
    network = build_network(kind, Vectors(D), y, settings, torch.Generator().manual_seed(1))
    assert isinstance(network, Members)
    for parameter in network.parameters():  # also those that begin at zero
        parameter.data += torch.randn(parameter.shape, generator=torch.Generator().manual_seed(parameter.numel())) / 3
    for i, member in enumerate(network.networks):
        for parameter in member.parameters():
            parameter.data *= 1 + i / 4
    return network


def some_x(*lengths: int) -> Ragged:
    generator = torch.Generator().manual_seed(2)
    return Ragged.from_list([torch.randn(T, D, generator=generator) for T in lengths])


# Training


PAIRS = [
    Pair(np.linspace(0, way, 3 + n % 4)[:, None] * np.ones(2), "ud"[way < 0]) for n, way in enumerate([1, -1, 2] * 4)
]
FIT: dict[str, object] = {
    "epochs": 3,
    "batch_steps": 12,
    "batch_fraction": 1.0,
    "learning_rate": 0.02,
    "clip_norm": 0.3,  # so small that most steps are clipped, each member by its own norm
    "num_threads": 1,
    "hidden_size": 4,
    "attention_size": 3,
}


@dataclass
class Alone(Trainee):
    """A member as `fit` wants it, under the noise that it has among others."""

    number: int = 0

    def loss(self, pairs: Any, noise: torch.Generator) -> Any:
        return self.model.loss(pairs, member_generators(noise, 3)[self.number])


@pytest.mark.parametrize("averaging", ["none", "ema"])
def test_each_member_is_bit_for_bit_what_it_would_be_if_it_were_trained_alone(averaging: str) -> None:
    settings = VECTORS.defaults.replaced({**FIT, "averaging": averaging, "members": 3})
    together, alone = (build_model(VECTORS, PAIRS, settings)[0] for _ in range(2))
    before = {name: tensor.clone() for name, tensor in together.network.module.state_dict().items()}
    fit(Trainee(together, VECTORS), PAIRS, [], settings.group(FitSettings))
    for i, (member, other) in enumerate(zip(members_of(together.network), members_of(alone.network), strict=True)):
        trainee = Alone(replace(alone, network=other), VECTORS, number=i)
        fit(trainee, PAIRS, [], settings.group(FitSettings))
        for name, tensor in member.module.state_dict().items():
            assert torch.equal(tensor, other.module.state_dict()[name]), (i, name)
        assert not torch.equal(before[f"networks.{i}.output.Wya"], member.module.state_dict()["output.Wya"])


def test_the_first_member_is_the_network_that_would_be_trained_without_others() -> None:
    found: list[dict[str, torch.Tensor]] = []
    for num in (1, 3):
        settings = VECTORS.defaults.replaced({**FIT, "members": num})
        model, _ = build_model(VECTORS, PAIRS, settings)
        fit(Trainee(model, VECTORS), PAIRS, [], settings.group(FitSettings))
        found.append(members_of(model.network)[0].module.state_dict())
    assert found[0].keys() == found[1].keys()
    assert all(torch.equal(tensor, found[1][name]) for name, tensor in found[0].items())


def test_members_begin_with_other_weights_and_have_other_noise() -> None:
    network = ensemble(Classes(3), ClassesOutputSettings())
    weights = [torch.cat([p.flatten() for p in member.parameters()]) for member in network.networks]
    assert not any(torch.allclose(one, other) for one, other in itertools.combinations(weights, 2))
    generators = [own for _, own in network.apart(torch.Generator().manual_seed(7))]
    drawn = [torch.rand(4, generator=cast(torch.Generator, own)) for own in generators]
    assert torch.equal(drawn[0], torch.rand(4, generator=torch.Generator().manual_seed(7)))
    assert not any(torch.equal(one, other) for one, other in itertools.combinations(drawn, 2))


def test_the_loss_that_is_told_is_that_of_a_member_on_average() -> None:
    settings = VECTORS.defaults.replaced({**FIT, "members": 2, "epochs": 1})
    model, _ = build_model(VECTORS, PAIRS, settings)
    first = float(model.loss(PAIRS).total.detach()) / 2 / len(PAIRS)
    history = fit(Trainee(model, VECTORS), PAIRS, [], replace(settings.group(FitSettings), learning_rate=1e-12))
    assert history.rows[0]["train_loss"] == pytest.approx(first, rel=0.3)  # under dropout


# Answers


def logs(network: Members, x: Encoded) -> list[torch.Tensor]:
    with torch.no_grad():
        return [member.output.probabilities(cast(Any, member).scores(x)).rows.log() for member in network.members]


@pytest.mark.parametrize("kind", ["many_to_one", "many_to_many"])
def test_probabilities_are_the_geometric_mean_of_the_members(kind: str) -> None:
    network = ensemble(Classes(4), ClassesOutputSettings(), kind=kind)
    x = some_x(3, 1, 5)
    found = network.found(x, Decoding(probabilities=True, confidence=True))
    wanted = torch.stack(logs(network, x)).mean(0).softmax(1)
    rows = torch.cat([cast(torch.Tensor, best.probabilities) for best, *_ in found])
    torch.testing.assert_close(rows, wanted)
    assert torch.equal(torch.cat([best.rows for best, *_ in found]), wanted.argmax(1))


def test_a_set_is_pooled_thing_by_thing() -> None:
    network = ensemble(Sets(3), output_settings(Sets(3))())
    x = some_x(3, 2)
    (probabilities,) = [
        torch.cat([cast(Any, b).probabilities for b, *_ in network.found(x, Decoding(probabilities=True))])
    ]
    odds = torch.stack([log - (1 - log.exp()).log() for log in logs(network, x)]).mean(0)
    torch.testing.assert_close(probabilities, odds.sigmoid(), rtol=1e-4, atol=1e-5)


def test_label_paths_are_pooled_whole_which_is_a_crf_again() -> None:
    forbidden = tuple(tuple(i == 0 and j == 2 for j in range(3)) for i in range(3))
    space = Tags(3, forbidden=forbidden, forbidden_start=(False, False, True), outside=0)
    network = ensemble(space, TagsOutputSettings(output="crf"), kind="many_to_many")
    x = some_x(3)
    paths = [p for p in itertools.product(range(3), repeat=3) if p[0] != 2 and (0, 2) not in itertools.pairwise(p)]
    labels = [Ragged.from_list([torch.tensor(path)]) for path in paths]
    each = torch.stack([torch.cat([member.log_likelihood(x, y) for y in labels]) for member in network.members])
    wanted = torch.log_softmax(each.double().mean(0), 0)
    found = torch.cat([network.log_likelihood(x, y) for y in labels])
    torch.testing.assert_close(found.double(), wanted, rtol=1e-5, atol=1e-5)
    (best, *others) = network.found(x, Decoding(n_best=2))[0]
    assert tuple(best.rows.tolist()) == paths[int(wanted.argmax())]
    assert others[0].log_p == pytest.approx(float(wanted.max()), abs=1e-5)


def test_numbers_are_the_means_and_their_variance_the_mean_variance() -> None:
    network = ensemble(Vectors(2), NumbersOutputSettings())
    x = some_x(3, 1)
    with torch.no_grad():
        wanted = torch.stack([cast(Any, member).scores(x).rows for member in network.members]).mean(0)
        found = torch.cat([best.rows for best, *_ in network.found(x, Decoding())])
        torch.testing.assert_close(found, wanted)
        variances = torch.stack([(2 * cast(Any, member.output).log_sigma).exp() for member in network.members])
        torch.testing.assert_close((2 * cast(Any, network.output).log_sigma).exp(), variances.mean(0))


def test_thresholds_of_ordered_classes_are_averaged_with_the_score_that_they_cut() -> None:
    network = ensemble(Classes(4, ordered=True), OrdinalOutputSettings(output="cumulative"))
    x = some_x(2, 4)
    cumulative = [log.exp().cumsum(1)[:, :-1].double().logit() for log in logs(network, x)]
    with torch.no_grad():
        found = network.output.probabilities(network.scores(x)).rows.cumsum(1)[:, :-1].double().logit()
    torch.testing.assert_close(found, torch.stack(cumulative).mean(0), rtol=1e-3, atol=1e-3)


def test_what_is_chosen_on_dev_pairs_is_kept_with_the_first_member() -> None:
    for y, output in (
        (Classes(3), ClassesOutputSettings()),
        (Classes(3, ordered=True), OrdinalOutputSettings(output="cumulative")),
    ):
        network = ensemble(y, output)
        cast(Any, network.output).temperature.fill_(2.5)
        assert network.state_dict()["networks.0.output.temperature"] == 2.5
        assert float(cast(Any, network.output).temperature) == 2.5


def test_a_decoder_has_no_scores_to_average_and_says_so() -> None:
    y = Classes(4, end=3)
    settings = NetworkSettings(
        EncoderDecoderSettings(), input_settings(Classes(4))(), ClassesOutputSettings(), EnsembleSettings(members=2)
    )
    with pytest.raises(SettingsError, match="members=1"):
        build_network("encoder_decoder", Classes(4), y, settings)


# What stands on models


TEXTS = [Pair(("so", "very", word), label) for word, label in (("good", "pos"), ("bad", "neg"), ("fine", "pos"))] * 2
SMALL = {"hidden_size": 4, "attention_size": 3, "members": 3}


def test_each_member_begins_with_the_ratios_of_phrases_and_an_explanation_is_the_mean_of_theirs() -> None:
    settings = SENTIMENT.defaults.replaced({**SMALL, "word_size": 4, "affix_size": 2, "min_count": 1})
    model, _ = build_model(SENTIMENT, TEXTS, settings)
    wides = [cast(Any, member).wide.ratios for member in members_of(model.network)]
    assert wides[0].abs().sum() > 0
    assert all(torch.equal(wides[0], other) for other in wides)
    found = explain(model, TEXTS[0].x, "pos")
    each = [explain(replace(model, network=member), TEXTS[0].x, "pos") for member in members_of(model.network)]
    np.testing.assert_allclose(found.steps, np.mean([one.steps for one in each], axis=0))
    assert found.base + sum(found.steps) == pytest.approx(found.lead, abs=2e-3)
    scores = cast(Any, model.network).scores(model.x.encode([TEXTS[0].x])).rows[0]
    assert found.lead == pytest.approx(float((scores[1] - scores[0]).detach()), abs=2e-3)


def test_a_model_of_several_can_be_inspected_and_goes_on_with_as_many(tmp_path: Path) -> None:
    settings = DNA.defaults.replaced({**SMALL, "base_size": 4, "place_size": 2})
    pairs = [Pair(x, y) for x, y in (("ACGTA", "a"), ("ACCTA", "b"), ("AGGTA", "a"), ("TCCTA", "b"))]
    model, _ = build_model(DNA, pairs, settings)
    model.save(tmp_path / "model", metrics={}, card="")
    shown = describe(tmp_path / "model")
    assert shown.settings["members"] == 3
    assert shown.chosen == {"temperature": 1.0}
    assert {name.split(".")[1] for name in (parameter.name for parameter in shown.parameters)} == {"0", "1", "2"}
    start = Start(model, settings)
    new = [*pairs, Pair("TTTTA", "c")]
    grown, _ = go_on(DNA, onward(DNA, start, new, settings), new, settings)
    for member, earlier in zip(members_of(grown.network), members_of(model.network), strict=True):
        kept = member.module.state_dict()["output.Wya"][:2]
        assert torch.equal(kept, earlier.module.state_dict()["output.Wya"])
    with pytest.raises(SettingsError, match="members is 2, the model has 3"):
        onward(DNA, start, new, settings.replaced({"members": 2}))


@pytest.mark.parametrize("members", [0, 101, "many", 2.5, True, None])
def test_a_strange_number_of_members_in_a_file_is_refused(members: object, tmp_path: Path) -> None:
    pairs = [Pair(("Ada", "spoke"), ("B-PER", "O")), Pair(("He", "sat"), ("O", "O"))]
    sizes = {"hidden_size": 4, "word_size": 4, "affix_size": 2, "members": 2}
    model, _ = build_model(NER, pairs, NER.defaults.replaced(sizes))
    model.save(tmp_path / "model", metrics={}, card="")
    path = tmp_path / "model" / "config.json"
    config = json.loads(path.read_bytes())
    config["architecture"]["members"] = members
    path.write_text(json.dumps(config))
    with pytest.raises(ModelFileError):
        Model.load(tmp_path / "model")
