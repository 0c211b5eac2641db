"""Fixtures of fuzzing."""

import pytest
from fuzz.fuzzing import SHARE, Fuzz, configure


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> Fuzz:
    """What runs a law: a few examples, or as long as this test's share of `--fuzz`."""
    name = request.node.nodeid.split("::", 1)[-1]
    return Fuzz(f"{request.node.path.stem}::{name}", request.node.stash.get(SHARE, 0.0))


@pytest.hookimpl(trylast=True)  # after -k and the like have taken some away
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Share the time among the tests that fuzz."""
    configure(config, items)
