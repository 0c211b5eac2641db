"""One output layer for the scores that several networks of one kind have on average."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from unrolled.layers.outputs.crf import CRF
from unrolled.layers.outputs.numbers import NumbersOutput
from unrolled.layers.outputs.ordinal import OrdinalOutput
from unrolled.layers.outputs.output import Output
from unrolled.layers.outputs.tags import TagsOutput

__all__ = ["pooled"]


@torch.no_grad()
def pooled(outputs: Sequence[Output]) -> Output:
    """Return what makes answers of the mean scores of networks with these output layers.

    The mean of scores is the logarithmic opinion pool of their distributions, the normalised geometric mean: of classes
    and of sets at each step, of a CRF over whole label paths. The score of a path is a sum of emissions and
    transitions, so that the pool of the members' CRFs is a CRF again, with the means of both (Smith, Cohn & Osborne
    2005, "Logarithmic opinion pools for conditional random fields"). Thresholds of ordered classes are averaged, too.
    Numbers are the means of the members' numbers; their variance is the mean of the members' variances, as a mean's
    squared error is no more than the mean of the squared errors.

    What is chosen on dev pairs, such as the temperature, is that of the first member: its buffer is the one that is
    read, set and saved.
    """
    first = outputs[0]
    if isinstance(first, TagsOutput) and first.crf is not None:
        made = TagsOutput(first.space, 1, first.settings).to(first.Wya)
        crfs = [cast(CRF, cast(TagsOutput, output).crf) for output in outputs]
        for name, parameter in cast(CRF, made.crf).named_parameters():
            parameter.copy_(_mean([getattr(crf, name) for crf in crfs]))
        made.outside_bias = first.outside_bias
        return made
    if isinstance(first, OrdinalOutput) and first.num_scores == 1:
        ordinal = OrdinalOutput(first.space, 1, first.settings).to(first.Wya)
        cuts = _mean([cast(OrdinalOutput, output).thresholds().double() for output in outputs])
        ordinal.theta.copy_(torch.cat([cuts[:1], cast(Any, cuts).diff().expm1().log()]))
        ordinal.temperature = first.temperature
        return ordinal
    if isinstance(first, NumbersOutput):
        numbers = NumbersOutput(first.space, 1, first.settings).to(first.Wya)
        variances = [(2 * cast(NumbersOutput, output).log_sigma).exp() for output in outputs]
        numbers.log_sigma.copy_(_mean(variances).log() / 2)
        return numbers
    return first


def _mean(tensors: Sequence[Tensor]) -> Tensor:
    return torch.stack([tensor.detach() if isinstance(tensor, nn.Parameter) else tensor for tensor in tensors]).mean(0)
