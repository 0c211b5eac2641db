import shutil
from pathlib import Path

import pytest

VERBS = {
    "predict": ((), "Ada spoke .\n"),
    "explain": ((), ""),
    "stream": ((), ""),
    "inspect": ((), None),
    "evaluate": (("--data", "CORPUS"), None),
    "evaluate --set": (("--data", "CORPUS", "--set", "scheme=IOB2"), None),
    "check": (("ner", "CORPUS", "--model", "MODEL"), None),
}


@pytest.fixture(name="linked")
def fixture_linked(run: Path, tmp_path: Path) -> Path:
    """The model, with its weights elsewhere."""
    model = tmp_path / "model"
    shutil.copytree(run / "best", model)
    (model / "model.safetensors").rename(tmp_path / "weights")
    (model / "model.safetensors").symlink_to(tmp_path / "weights")
    return model


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_reads_a_model_follows_links_where_it_is_told_to(
    verb: str, linked: Path, corpus: Path, unrolled
) -> None:
    more, text = VERBS[verb]
    named = {"CORPUS": corpus, "MODEL": linked}
    words = [named.get(word, word) for word in more]
    arguments = [verb.split(maxsplit=1)[0], *(words if verb == "check" else [linked, *words])]
    refused = unrolled(*arguments, input=text)
    assert refused.exit_code == 4
    assert "model.safetensors: is a symbolic link." in refused.stderr
    result = unrolled(*arguments, "--follow-links", input=text)
    # a bidirectional tagger cannot stream, and says so once it is read
    assert result.exit_code == (2 if verb == "stream" else 0), result.output
