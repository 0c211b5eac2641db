import pytest
from decoding.tables import END, TableDecoder, every_y, log_p

from unrolled.decoding import BeamSettings, Hypothesis, beam, greedy
from unrolled.errors import SettingsError

V, T, N = 3, 4, 5


def exhaustive(decoder: TableDecoder, n: int, max_length: int, alpha: float) -> list[tuple[tuple[int, ...], float]]:
    """Every y and its log P, what ends first, each by log P / ((5 + T_y) / 6)^α."""
    scored = [(y, log_p(decoder, n, y)) for y in every_y(decoder.V, max_length)]
    return sorted(scored, key=lambda one: (one[0][-1] != END, -one[1] / ((5 + len(one[0])) / 6) ** alpha))


def same(found: list[Hypothesis], wanted: list[tuple[tuple[int, ...], float]]) -> None:
    assert [tuple(one.rows.tolist()) for one in found] == [y for y, _ in wanted]
    assert [one.log_p for one in found] == pytest.approx([value for _, value in wanted], rel=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 0.6, 2.0])
@pytest.mark.parametrize("seed", range(6))
def test_a_beam_as_wide_as_all_y_is_an_exhaustive_search(seed: int, alpha: float):
    decoder = TableDecoder(V, seed)
    lengths = [T, 1, T - 1, 2, T]
    for n_best in (1, 4, V**T):
        settings = BeamSettings(beam_size=V**T, length_penalty=alpha)
        found = beam(decoder, lengths, settings, n_best)
        for n, T_y in enumerate(lengths):
            same(found[n], exhaustive(decoder, n, T_y, alpha)[:n_best])


def test_it_is_the_penalty_that_chooses():
    chosen = {
        alpha: [tuple(found[0].rows.tolist()) for found in beam(TableDecoder(V), [T] * 20, settings)]
        for alpha in (0.0, 5.0)
        for settings in [BeamSettings(beam_size=V**T, length_penalty=alpha)]
    }
    longer = [len(long) - len(short) for long, short in zip(chosen[5.0], chosen[0.0], strict=True)]
    assert min(longer) == 0 < max(longer)


def test_a_beam_of_one_is_greedy():
    for seed in range(20):
        settings = BeamSettings(beam_size=1, length_penalty=0.0)
        wanted = greedy(TableDecoder(V, seed), [T, 9, 1])
        for (found,), best in zip(beam(TableDecoder(V, seed), [T, 9, 1], settings), wanted, strict=True):
            same([found], [(tuple(best.rows.tolist()), best.log_p or 0.0)])


def test_greedy_takes_the_most_probable_symbol_to_the_end_or_the_greatest_length():
    decoder, lengths = TableDecoder(V, 3), [T, 9, 1, 2]
    for n, found in enumerate(greedy(decoder, lengths)):
        y: tuple[int, ...] = ()
        while len(y) < lengths[n] and y[-1:] != (END,):
            y += (int(decoder.log_probs(n, y).argmax()),)
        same([found], [(y, log_p(decoder, n, y))])


def test_wider_beams_find_no_worse_and_sometimes_better():
    sums = []
    for width in (1, 2, V**T):
        found = beam(TableDecoder(V, 2), [T] * 40, BeamSettings(beam_size=width, length_penalty=0.0))
        sums.append(sum(one[0].log_p or 0.0 for one in found if one[0].rows[-1] == END))
    assert sums[0] != sums[1] != sums[2]


def plainly(
    decoder: TableDecoder, n: int, max_length: int, width: int, alpha: float
) -> list[tuple[tuple[int, ...], float]]:
    """The whole search, one x, with no thought of stopping early."""
    alive, ended = [((), 0.0)], []
    for _ in range(max_length):
        longer = [((*y, symbol), log_p(decoder, n, (*y, symbol))) for y, _ in alive for symbol in range(decoder.V)]
        best = sorted(longer, key=lambda one: -one[1])[: width - len(ended)]
        ended += [one for one in best if one[0][-1] == END]
        alive = [one for one in best if one[0][-1] != END]
    return sorted(ended + alive, key=lambda one: (one[0][-1] != END, -one[1] / ((5 + len(one[0])) / 6) ** alpha))


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_narrow_beam_keeps_the_best_beginnings_and_what_ends_takes_its_place_along(width: int, alpha: float):
    decoder, lengths = TableDecoder(V + 1, 8), [5, 1, 3, 4, 5, 5]
    for n_best in (1, width):
        found = beam(decoder, lengths, BeamSettings(beam_size=width, length_penalty=alpha), n_best)
        for n, T_y in enumerate(lengths):
            same(found[n], plainly(decoder, n, T_y, width, alpha)[:n_best])


@pytest.mark.parametrize("width", [1, 2, 3])
def test_each_x_has_the_answers_that_it_has_in_a_batch_of_one(width: int):
    settings, lengths = BeamSettings(beam_size=width), [T, 6, 1, 5, 3]
    together = beam(TableDecoder(V), lengths, settings, width)

    class Only(TableDecoder):
        def log_probs(self, n: int, before: tuple[int, ...]):
            return super().log_probs(self.x, before)

    for x in range(N):
        decoder = Only(V)
        decoder.x = x
        (alone,) = beam(decoder, [lengths[x]], settings, width)
        same(alone, [(tuple(one.rows.tolist()), one.log_p or 0.0) for one in together[x]])


def test_what_has_ended_leaves_and_a_beam_is_never_wider_than_it_may_be():
    for search in (
        lambda decoder: greedy(decoder, [9] * N),
        lambda decoder: beam(decoder, [9] * N, BeamSettings(beam_size=3)),
    ):
        decoder = TableDecoder(V)
        search(decoder)
        assert decoder.asked[0] == N
        assert max(decoder.asked) <= 3 * N
        assert decoder.asked[-1] < N


def test_a_forbidden_symbol_is_never_written():
    found = beam(TableDecoder(V, forbidden=2), [T] * N, BeamSettings(beam_size=50), 50)
    assert [len(hypotheses) for hypotheses in found] == [T + 1] * N  # 1, 01, 001, 0001, and 0000
    assert not any((one.rows == 2).any() for hypotheses in found for one in hypotheses)


def test_settings_of_the_search():
    assert BeamSettings(max_length_ratio=1.5, max_length_extra=3).max_length(5) == 10
    with pytest.raises(SettingsError, match="beam_size is 0"):
        BeamSettings(beam_size=0)
