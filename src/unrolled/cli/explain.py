"""`unrolled explain`."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from unrolled.cli.explain_picture import draw
from unrolled.cli.lines import read_lines
from unrolled.cli.screen import clean, is_plain, print_text, screen
from unrolled.cli.streams import standard_input
from unrolled.data.codecs import VideoCodec
from unrolled.errors import SettingsError
from unrolled.model import Model
from unrolled.runs.explain import Explanation, explain
from unrolled.runs.unfold import Unfolding, unfold
from unrolled.tasks import task_of
from unrolled.tasks.show import plainly
from unrolled.tasks.text import tokenizer_in

__all__ = ["run"]


def run(
    directory: Path,
    label: str | None,
    *,
    as_json: bool,
    follow_links: bool = False,
    picture: Path | None = None,
    data: Path | None = None,
    region: str | None = None,
) -> None:
    """Explain the answer to each line of standard input; or draw a picture."""
    model = Model.load(directory, follow_links=follow_links)
    task = task_of(model, directory)
    unfolds = isinstance(model.x, VideoCodec)
    console = screen()
    if picture is not None and not unfolds:
        of = draw(model, task, picture, label=label, data=data, region=region)
        print_text(screen(stderr=True), f"{picture}: {of}", style="dim")
        return
    if data is not None or region is not None:
        raise SettingsError("--data and --region are for a picture of DNA. Give --picture FILE, too.")
    source = standard_input()
    if source.isatty():
        print_text(screen(stderr=True), f"One {task.x.name} a line; Ctrl-D ends.", style="dim")
    for lines in read_lines(source):
        for line in lines:
            x = task.show.read_x(line, tokenizer_in(model.x))
            if x is None:
                sys.stdout.write("\n")
                continue
            if unfolds:
                _tell_unfolding(unfold(model, x, label), line.strip(), as_json=as_json, folder=picture)
                continue
            found = explain(model, x, label)
            if as_json:
                sys.stdout.write(
                    json.dumps({f"{task.x.step}s": list(plainly(x)), **found.to_dict()}, ensure_ascii=False) + "\n"
                )
            elif is_plain(console):
                words = " ".join(
                    f"{clean(in_words(word))}:{value:+.3f}" for word, value in zip(x, found.steps, strict=True)
                )
                sys.stdout.write(f"{clean(found.label)}\t{words}\n")
            else:
                _print(console, x, found)
        sys.stdout.flush()


def _tell_unfolding(found: Unfolding, line: str, *, as_json: bool, folder: Path | None) -> None:
    """Tell the probability of a label after each frame of a clip; draw the strip, named after the clip."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        name = "clip" if line.startswith("data:") else Path(line).stem
        found.picture(folder / f"{name}.png", title=f"{name}: how sure of {found.label}, frame by frame")
    if as_json:
        sys.stdout.write(json.dumps({"video": line, **found.to_dict()}, ensure_ascii=False) + "\n")
        return
    at = found.times if found.times is not None else range(1, len(found.of_label) + 1)
    steps = " ".join(f"{time:.6g}:{value:.3f}" for time, value in zip(at, found.of_label, strict=True))
    sys.stdout.write(f"{clean(found.label)}\t{steps}\n")


def in_words(step: Any) -> str:
    """Return a step as it is shown: a word, or numbers between commas.

    >>> in_words("so"), in_words((0.5, 1.0))
    ('so', '0.5,1')
    """
    return step if isinstance(step, str) else ",".join(f"{number:.6g}" for number in step)


def _print(console: Console, words: Any, found: Explanation) -> None:
    """Print the words on green where they speak for the label and on red where against it, as strongly as they do."""
    most = max(map(abs, found.steps), default=0.0) or 1.0
    text = Text()
    text.append(f"{clean(found.label)}  ", style="bold")
    for word, value in zip(words, found.steps, strict=True):
        shade = round(230 - 170 * min(1.0, abs(value) / most))
        red, green = (shade, 230) if value > 0 else (230, shade)
        strong = abs(value) / most > 0.1
        text.append(clean(in_words(word)), style=f"black on rgb({red},{green},{shade})" if strong else "")
        text.append(" ")
    console.print(text, soft_wrap=True)
    console.print(Text(f"lead {found.lead:+.3f} = {found.base:+.3f} + words; gap {found.gap:+.1e}", style="dim"))
