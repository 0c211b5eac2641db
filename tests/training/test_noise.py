import torch
from hypothesis import given
from hypothesis import strategies as st

from unrolled.training.noise import mix, noise_of_step


def test_mix_is_splitmix64():
    # the published first outputs of splitmix64 seeded with 1234567: its state after n calls is seed + n · golden ratio
    outputs = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    golden, base = 0x9E3779B97F4A7C15, 1234567
    from unrolled.training import noise

    assert [noise._splitmix(base + n * golden) for n in (1, 2, 3)] == outputs


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_steps_of_a_seed_never_share_a_state(seed: int, step: int, later: int):
    assert mix(seed, step) != mix(seed, step + later)
    assert 0 <= mix(seed, step) < 2**64


def test_noise_depends_on_the_seed_and_the_step_alone():
    draws = {(s, k): torch.rand(4, generator=noise_of_step(s, k)).tolist() for s in range(3) for k in range(1, 4)}
    assert len({tuple(d) for d in draws.values()}) == 9
    assert torch.rand(4, generator=noise_of_step(2, 3)).tolist() == draws[2, 3]
