"""What `predict` is asked, in three formats, and how the format is found."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from unrolled.data.tokenizer import tokenize
from unrolled.errors import DataError, SettingsError
from unrolled.runs.asked import (
    Asked,
    Columns,
    ConllReader,
    Detector,
    JsonReader,
    PlainReader,
    Reader,
    Trouble,
    decoded,
    refuse_utf16,
)

NO_COLUMNS = Columns()
LABELS = ("B-PER", "I-PER", "O")


def said(reader: Reader, lines: Sequence[str | bytes]) -> list[Asked]:
    raws = [line.encode() if isinstance(line, str) else line for line in lines]
    fed = (one for number, raw in enumerate(raws, 1) for one in reader.feed(number, decoded(number, raw)))
    return [*fed, *reader.finish()]


def conll(lines: str | Sequence[str | bytes], trained: Columns = NO_COLUMNS, **columns: int | str) -> list[Asked]:
    notes: list[str] = []
    return said(
        ConllReader(Columns(**columns), trained, notes.append), lines.split("\n") if isinstance(lines, str) else lines
    )


def words(asked: Sequence[Asked]) -> list[tuple[str, ...] | str | None]:
    return [str(one.trouble) if one.trouble else one.words for one in asked]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mara B-PER\nran O\n\n\n \nhome O", [("Mara", "ran"), ("home",)]),
        ("Mara\nran\n\nhome", [("Mara", "ran"), ("home",)]),
        ("New York\tB-LOC\n", [("New York",)]),
        ("-DOCSTART- -X- O O\n\na x O\n-DOCSTART- -X- O O\nb x O", [("a",), ("b",)]),
        ("# sent_id = 1\n# text = a\na O\n# O\n# a comment\n", [("a", "#")]),
        ("#begin document (x);\na O\n\n#end document", [("a",)]),
        ("###MEDLINE:1\n\na O\n\n###MEDLINE:2\n\nb O", [("a",), ("b",)]),
        ("#\thttp://x\t[2009]\n1\ta\tO\tO\n5\tb\tO\tO", [("1", "5")]),
        ("\ufeffa O\r\nb O\r\n\r\nc O", [("a", "b"), ("c",)]),
        ("a O\nb\n\nc O", ["line 2: 1 column where the other lines have 2: b", ("c",)]),
        ("", []),
    ],
)
def test_sentences_of_columns(text: str, expected: list[object]) -> None:
    assert words(conll(text)) == expected


def test_columns_are_kept_and_the_label_stands_last() -> None:
    assert conll("a x O\nb y O")[0].rows == (("a", "x", "O"), ("b", "y", "O"))
    (one,) = conll("x a O y\nx b O y", token=1, label=2)
    assert (one.words, one.rows[0]) == (("a", "b"), ("x", "a", "y", "O"))
    (one,) = conll("x a O y", trained=Columns(token=1, label=-2))
    assert (one.words, one.rows[0]) == (("a",), ("x", "a", "y", "O"))
    assert conll("a", trained=Columns(token=1, label=2))[0].words == ("a",)  # there is no such column


def test_conll_u_has_its_words_in_the_second_column() -> None:
    rest = "\t_" * 8
    (one,) = conll("\n".join(f"{number}\t{word}{rest}" for number, word in (("1-2", "im"), ("1", "in"), ("2", "dem"))))
    assert one.words == ("in", "dem")


def test_behind_a_column_that_counts_stand_the_words() -> None:
    (one,) = conll("1 a O\n2 b O")
    assert one.words == ("a", "b")


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(DataError, match="0 to 1"):
        conll("a O", token=2)
    with pytest.raises(SettingsError, match="have no names"):
        conll("a O", token="word")


def test_a_byte_that_is_not_utf8_is_the_error_of_its_sentence() -> None:
    assert words(conll([b"a O", b"\xff O", b"", b"b O"])) == ["line 2: byte 0xff is not UTF-8", ("b",)]


def test_columns_without_a_blank_line_are_not_gathered_for_ever() -> None:
    reader = ConllReader(Columns(), Columns(), lambda _: None)
    rows = (one for number in itertools.count(1) for one in reader.feed(number, "a"))
    with pytest.raises(DataError, match="without a blank one"):
        next(rows)


def json(line: str, columns: Columns = NO_COLUMNS) -> Asked:
    (one,) = said(JsonReader(columns, "token_column"), [line])
    return one


@pytest.mark.parametrize(
    ("line", "text", "given"),
    [
        ('{"tokens": ["Ada", "won"], "id": 1}', None, ("Ada", "won")),
        ('{"text": "Ada won 👍"}', "Ada won 👍", None),
        ('{"text": ["Ada", "won"]}', None, ("Ada", "won")),
        ('{"text": "Ada  won", "tokens": ["Ada", "won"]}', "Ada  won", ("Ada", "won")),
        ('{"text": "Ada won", "tokens": ["won", "Ada"]}', None, ("won", "Ada")),
        ('{"tokens": []}', None, ()),
        ('{"tokens": null, "text": "a"}', "a", None),
        ("  ", "", None),
    ],
)
def test_objects_have_words_or_a_text(line: str, text: str | None, given: tuple[str, ...] | None) -> None:
    found = json(line)
    assert (found.text, found.words, found.trouble) == (text, given, None)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"tokens": ["a"', "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "a JSON list, not an object"),
        ("true", "a JSON truth value"),
        ("3", "a JSON number"),
        ('{"sentences": "a"}', "among the keys 'sentences'"),
        ("{}", "among the keys (none)"),
        ('{"tokens": [1]}', "'tokens' is no text and no list of texts"),
        ('{"tokens": ["a", ""]}', "an empty word"),
        ('{"tokens": ["\\ud83d"]}', "half of a surrogate pair"),
        ('{"text": "a\\udc00"}', "half of a surrogate pair"),
    ],
)
def test_what_cannot_be_read_is_said(line: str, found: str) -> None:
    assert found in str(json(line).trouble)


def test_keys_can_be_named() -> None:
    assert json('{"tokens": ["a"], "review": "b"}', Columns(text="review")).text == "b"
    assert json('{"a": ["b"]}', Columns(token="a")).words == ("b",)


def detected(lines: Sequence[str | bytes]) -> tuple[str, list[str], int]:
    """The format that is found, what is said, and how many lines it took."""
    kinds: list[str] = []
    notes: list[str] = []

    def open_reader(kind: str) -> Reader:
        kinds.append(kind)
        return PlainReader(None, notes.append)

    detector = Detector(LABELS, open_reader, notes.append)
    fed = 0
    for number, line in enumerate(lines, 1):
        list(detector.feed(number, decoded(number, line.encode() if isinstance(line, str) else line)))
        fed = number
        if kinds:
            break
    list(detector.finish())
    return kinds[0], notes, fed


@pytest.mark.parametrize(
    ("lines", "kind", "after"),
    [
        (["Ada spoke in Paris.", "b"], "text", 1),
        (["Ada", "spoke", ""], "text", 1),
        (["- a list", "# a heading"], "text", 1),
        (["# a heading"], "text", 1),
        (["{hello} world"], "text", 1),
        (['{"text": "a"}'], "jsonl", 1),
        (['{"other": 1}'], "jsonl", 1),
        (['{"broken', '{"text": "a"}'], "jsonl", 2),
        (['{"broken', "and more"], "text", 2),
        (["[1, 2]"], "text", 1),
        (["Ada B-PER", "spoke O"], "conll", 2),
        (["", "Ada B-PER", "spoke O"], "conll", 3),
        (["Ada NNP I-ORG", "", "spoke VBD O"], "conll", 3),
        (["Ada PER", "spoke O"], "conll", 2),
        (["Ada\tB-PER"], "conll", 1),
        (["-DOCSTART- -X- O"], "conll", 1),
        (["-DOCSTART-"], "conll", 1),
        (["# text = Ada B-PER", "Ada B-PER", "won O"], "conll", 3),
        (["#\tsource", "1\tAda\tB-PER"], "conll", 2),
        (["vitamin B-12"], "text", 1),
        (["vitamin B-12", "is good"], "text", 2),
        (["vitamin B-12", "and more O"], "text", 2),
        (["blood of type O", "vitamin B-12"], "text", 2),
        ([b"\xff", "Ada B-PER", "spoke O"], "conll", 3),
        ([b"\xff"], "text", 1),
        ([], "text", 0),
    ],
)
def test_the_format_is_found_in_the_first_lines(lines: list[str | bytes], kind: str, after: int) -> None:
    found, notes, fed = detected(lines)
    assert (found, fed) == (kind, after)
    # What is not plainly text is said to be so.
    first = next((line for line in lines if isinstance(line, str) and line.strip()), "")
    assert bool(notes) == (kind != "text" or first.startswith("{") or first.endswith((" B-12", " O")))


def test_lines_that_waited_keep_their_numbers() -> None:
    detector = Detector(LABELS, lambda kind: PlainReader(None, print), print)
    assert not list(detector.feed(1, "vitamin B-12"))
    assert [one.line for one in detector.feed(2, "is good")] == [1, 2]


def test_single_words_are_named_once() -> None:
    def notes_of(lines: Sequence[str], tokenizer: Callable[[str], list[str]] | None) -> list[str]:
        notes: list[str] = []
        assert len(said(PlainReader(tokenizer, notes.append), lines)) == len(lines)
        return notes

    assert len(notes_of(["word", ""] * 100, tokenize)) == 1
    assert notes_of(["word"] * 19 + ["two words"] + ["word"] * 99, tokenize) == []
    assert notes_of(["word"] * 100, None) == []


def test_troubles_name_the_line() -> None:
    found = decoded(7, b"ca\xe9")
    assert isinstance(found, Trouble)
    assert str(found) == "line 7: byte 0xe9 is not UTF-8"


@pytest.mark.parametrize(
    "lines", [['[{"text": "Ann sat"}]'], ["[ {", '"text": "a"}]'], ["[", '  {"text": "a"}', "]"], ["[", "  {", "]"]]
)
def test_a_json_list_is_no_text(lines: Sequence[str]) -> None:
    with pytest.raises(DataError, match=r"is a JSON list, .* jq -c '\.\[\]' FILE"):
        detected(lines)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["[1] Ann sat", "x"], "text"),
        (["[", "Ann sat"], "text"),
        (["["], "text"),
        (["[{{Ann}}] sat"], "text"),
        (["# sent_id = a", "# text = Ann sat", "1\tAnn\tAnn\tPROPN\t_\t_\t0\troot\t_\t_"], "conll"),
        (["1-2\tdel\t_\t_\t_\t_\t_\t_\t_\t_"], "conll"),
        (["1\tAnn\tPROPN"], "conll"),
        (["# text = Ann sat", "Ann\tAnn\tPROPN\t_"], "conll"),
        (["# text = Ann sat", "Ann sat"], "text"),
        (["1\tAnn sat in Paris."], "text"),
        (["1\tAnn sat.\tPos"], "text"),
    ],
)
def test_lists_and_columns_that_count(lines: Sequence[str], kind: str) -> None:
    assert detected(lines)[0] == kind


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding: str) -> None:
    raw = "Ann sat in Łódź\n".encode(encoding).split(b"\n")[0]
    with pytest.raises(DataError, match=r"^a\.txt: this is UTF-16 text\. Convert it: iconv -f UTF-16"):
        refuse_utf16(raw, "a.txt")
    for text in ("Ann\0sat", "", "a", "好", "\0Ann sat"):
        refuse_utf16(text.encode(), "a.txt")
