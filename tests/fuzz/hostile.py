"""What damage puts into a file: bytes, cells and lines that have troubled readers."""

__all__ = ["CELLS", "HOSTILE", "LINES"]

HOSTILE = (
    # Controls, broken UTF-8, halves of pairs.
    *(b"\0", b"\x1b[31m", b"\x80", b"\xff", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    # White space and ends of lines that only some programs know.
    *(b"\x0b", b"\x0c", b"\x1c", b"\xc2\x85", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xe2\x80\xa9"),
    # What cannot be seen.
    *(b"\xef\xbb\xbf", b"\xe2\x80\x8b", b"\xe2\x80\xae", b"\xc2\xad"),
)
CELLS = (
    *(b"", b" ", b"_", b"-", b"#", b"=", b'"', b'""', b"'", b"\\", b"-DOCSTART-", b"__label__x"),
    # Labels, misspelt.
    *(b"O", b"o", b"0", b"b-per", b"B_PER", b"PER-B", b"B-", b"B-PER", b"I-PER", b"S-PER", b"X"),
    # Numbers, and what looks like them.
    *(b"-1", b"1.5", b"1_000", b"1e999", b"NaN", b"null", b"true", b"\xd9\xa3" * 3, b"\xc2\xb2"),
    *(b"9" * 5000, b"B-" + b"9" * 5000, b"0x" + b"f" * 5000, b"[0x" + b"f" * 5000 + b"]"),
    # What is long, or nested.
    *(b"x" * 3000, b"B-" + b"x" * 3000, b"[" * 3000, b"(" * 3000, b'{"a":' * 2000),
    *(b"[]", b"{}", b"[[1]]", b"[{1}, 2j]", b"['\\d']", b"\\d", b"\\N{x}", b"\\ud800"),
    *HOSTILE,
)
LINES = (
    *(b"-DOCSTART- -X- O O", b"-DOCSTART-", b"# newdoc", b"#begin document (b);", b"###MEDLINE:1", b"# a comment"),
    *(b"#", b"one", b'"', b"\t\t\t", b",,,", b"{", b"}", b"[", b"null", b'{"a": 1}'),
    *(b'{"tokens": [], "labels": []}', b'{"tokens": ["a"], "labels": []}'),
    *(b"[" * 50_000, b'{"a":' * 50_000, b"x" * 200_000, b"x " * 50_000, b"9" * 5000),
)
