"""Makes tests/hostile/model/: a sound model directory, and for each hostile case the files that differ from it.

    python tests/hostile/make_model_files.py

Written by hand from docs/model-file.md, without `unrolled` and without the safetensors library, so that the files do
not change with either.
"""

import hashlib
import io
import json
import pickle
import shutil
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PLACE = Path(__file__).parent / "model"

Files = dict[str, bytes]
Header = dict[str, Any]

FIELDS: dict[str, Any] = {"task": "ner", "labels": ["O", "B-PER"], "settings": {"cell": "gru", "dropout": 0.5}}
HEADER: Header = {
    "Waa": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
    "by": {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]},
}
NUMBERS = struct.pack("<6f", 0.5, -1.0, 2.0, 0.25, 1.5, -3.0)


class Shouting:
    """Unpickling one prints: a test that sees the words knows that a pickle was opened."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("THE PICKLE WAS EXECUTED",)


PICKLE = pickle.dumps(Shouting(), protocol=4)


def as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def tensor_file(header: object = HEADER, numbers: bytes = NUMBERS) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + numbers


def sealed(files: Files, /, **changes: Any) -> Files:
    """Return the files with a config.json that lists them and states its own digest; `changes` replace its fields."""
    table = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
        if name not in ("config.json", "README.md")
    }
    config = {"format": "unrolled-model", "format_version": 2, **FIELDS, "files": table, **changes}
    canonical = json.dumps(config, sort_keys=True, separators=(",", ":")).encode()
    return {**files, "config.json": as_json({**config, "sha256": hashlib.sha256(canonical).hexdigest()})}


def sound() -> Files:
    return sealed(
        {
            "model.safetensors": tensor_file(),
            "metrics.json": as_json({"f1": 0.5, "by_type": {"PER": {"f1": 0.5}}}),
            "vocabulary.txt": "<unk>\nHarry\nПоттер\n".encode(),
            "characters.txt": b"a\nb\n",
            "README.md": b"# A tagger\n",
        }
    )


def with_file(name: str, data: bytes) -> Files:
    """The sound model with one file altered and everything sealed again."""
    return sealed({**sound(), name: data})


def with_table(change: Callable[[Header], Any]) -> Files:
    table = json.loads(sound()["config.json"])["files"]
    change(table)
    return sealed(sound(), files=table)


def with_header(**records: Mapping[str, Any]) -> Files:
    return with_file("model.safetensors", tensor_file({**HEADER, **records}))


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("archive/data.pkl", (1980, 1, 1, 0, 0, 0)), PICKLE)
    return target.getvalue()


def cases() -> dict[str, Files]:
    """Case -> its files that differ from the sound model's."""
    good = sound()
    config, weights = good["config.json"], good["model.safetensors"]
    text = config.decode()
    waa, by = HEADER["Waa"], HEADER["by"]

    def raw(old: str, new: str) -> Files:
        assert old in text
        return {"config.json": text.replace(old, new, 1).encode()}

    def listed(name: str) -> Files:
        return with_table(lambda table: table.update({name: table["characters.txt"]}))

    return {
        "config_array": {"config.json": b"[]\n"},
        "config_bom": {"config.json": b"\xef\xbb\xbf" + config},
        "config_deep": {"config.json": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"},
        "config_deeper_than_allowed": sealed(good, nest=json.loads("[" * 40 + "]" * 40)),
        "config_duplicate_key": raw('"task": "ner"', '"task": "ner", "task": "pos"'),
        "config_duplicate_key_by_escape": raw('"task": "ner"', '"task": "ner", "t\\u0061sk": "pos"'),
        "config_edited": raw('"dropout": 0.5', '"dropout": 0.6'),
        "config_empty": {"config.json": b""},
        "config_huge_float": raw("0.5", "1e999"),
        "config_huge_integer": raw("0.5", "9" * 5000),
        "config_infinity": raw("0.5", "-Infinity"),
        "config_nan": raw("0.5", "NaN"),
        "config_not_utf8": {"config.json": config.replace(b"ner", b"n\xe9r")},
        "config_other_format": sealed(good, format="other-model"),
        "config_of_another_tool": {"config.json": as_json({"model_type": "bert"})},
        "config_surrogate": raw('"ner"', '"\\ud800"'),
        "config_terminal_escape": sealed(good, format="\x1b[2J\x1b]0;owned\x07"),
        "config_truncated": {"config.json": config[: len(config) // 2]},
        "config_utf16": {"config.json": text.encode("utf-16")},
        "files_absolute": listed("/etc/passwd.txt"),
        "files_backslash": listed("..\\vocabulary.txt"),
        "files_bool_size": with_table(lambda table: table["characters.txt"].update(bytes=True)),
        "files_config_lists_itself": listed("config.json"),
        "files_digest_not_hex": with_table(lambda table: table["characters.txt"].update(sha256="z" * 64)),
        "files_empty_name": listed(""),
        "files_extra_field": with_table(lambda table: table["characters.txt"].update(url="https://example.org")),
        "files_huge_size": with_table(lambda table: table["vocabulary.txt"].update(bytes=10**30)),
        "files_missing_file": listed("affixes.txt"),
        "files_negative_size": with_table(lambda table: table["characters.txt"].update(bytes=-1)),
        "files_newline_name": listed("a.txt\n"),
        "files_no_metrics": with_table(lambda table: table.pop("metrics.json")),
        "files_no_tensors": with_table(lambda table: table.pop("model.safetensors")),
        "files_not_object": sealed(good, files=[]),
        "files_nul_name": listed("a\0.txt"),
        "files_parent": listed("../vocabulary.txt"),
        "files_pickle_listed": listed("pytorch_model.bin"),
        "files_upper_case": listed("VOCABULARY.TXT"),
        "header_bool_shape": with_header(by={**by, "shape": [True, 2]}),
        "header_deep": with_file("model.safetensors", tensor_file(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}")),
        "header_duplicate_name": with_file(
            "model.safetensors", tensor_file(json.dumps(HEADER).replace('"by"', '"Waa"').encode())
        ),
        "header_extra_field": with_header(by={**by, "url": "https://example.org"}),
        "header_float_offset": with_header(by={**by, "data_offsets": [16.0, 24.0]}),
        "header_gap": with_header(by={**by, "data_offsets": [20, 28]}),
        "header_length_beyond_file": with_file("model.safetensors", (10**6).to_bytes(8, "little") + weights[8:]),
        "header_length_huge": with_file("model.safetensors", b"\xff" * 8 + weights[8:]),
        "header_length_zero": with_file("model.safetensors", bytes(8) + weights[8:]),
        "header_many_dimensions": with_header(by={**by, "shape": [1] * 200 + [2]}),
        "header_metadata_not_strings": with_header(__metadata__={"a": {"b": 1}}),
        "header_negative_shape": with_header(by={**by, "shape": [-1, -2]}),
        "header_not_json": with_file("model.safetensors", tensor_file(b"{'Waa': 1}")),
        "header_not_object": with_file("model.safetensors", tensor_file(b"[1, 2]")),
        "header_offset_beyond_file": with_header(
            by={"dtype": "F32", "shape": [2**40], "data_offsets": [16, 16 + 2**42]}
        ),
        "header_offsets_reversed": with_header(by={**by, "data_offsets": [24, 16]}),
        "header_overflowing_shape": with_header(by={**by, "shape": [2**62, 4, 2**62]}),
        "header_overlap": with_header(by={**by, "data_offsets": [8, 16]}),
        "header_shape_beyond_64_bits": with_header(by={**by, "shape": [10**4000]}),
        "header_string_shape": with_header(by={**by, "shape": "2"}),
        "header_surplus_bytes": with_file("model.safetensors", weights + b"hidden"),
        "header_unknown_dtype": with_header(by={**by, "dtype": "O"}),
        "header_unlisted_dtype_type": with_header(by={**by, "dtype": ["F32"]}),
        "header_wrong_dtype": with_header(by={**by, "dtype": "F64"}),
        "metrics_array": with_file("metrics.json", b"[]"),
        "metrics_nan": with_file("metrics.json", b'{"f1": NaN}'),
        "metrics_swapped": {"metrics.json": good["metrics.json"].replace(b"0.5", b"0.9")},
        "newer_version": sealed(good, format_version=3, files=None),
        "tensors_altered": {"model.safetensors": weights[:-1] + bytes([weights[-1] ^ 1])},
        "tensors_empty": {"model.safetensors": b""},
        "tensors_numpy": {"model.safetensors": b"\x93NUMPY\x01\x00" + bytes(40)},
        "tensors_padded": {"model.safetensors": weights + bytes(8)},
        "tensors_pickle": {"model.safetensors": PICKLE},
        "tensors_pickle_sealed": with_file("model.safetensors", PICKLE),
        "tensors_swapped": {"model.safetensors": tensor_file(HEADER, NUMBERS[::-1])},
        "tensors_truncated": {"model.safetensors": weights[:-4]},
        "tensors_truncated_in_header": {"model.safetensors": weights[:40]},
        "tensors_zip_sealed": with_file("model.safetensors", zipped()),
        "value_infinity": with_file("model.safetensors", tensor_file(HEADER, struct.pack("<6f", 1, 2, 3, 4, 5, 1e400))),
        "value_nan": with_file(
            "model.safetensors", tensor_file(HEADER, struct.pack("<6f", 1, 2, float("nan"), 4, 5, 6))
        ),
        "version_bool": sealed(good, format_version=True),
        "version_missing": sealed(good, format_version=None),
        "version_zero": sealed(good, format_version=0),
        "vocabulary_not_utf8": with_file("vocabulary.txt", b"<unk>\nHarry\n\xff\xfe\n"),
        "vocabulary_swapped": {"vocabulary.txt": good["characters.txt"]},
        "vocabulary_truncated": {"vocabulary.txt": good["vocabulary.txt"][:-1]},
        "waa_of_another_shape": with_header(Waa={**waa, "shape": [4]}),
        "waa_renamed": with_file("model.safetensors", tensor_file({"Wax": waa, "by": by})),
    }


def main(place: Path = PLACE) -> None:
    """Write all cases under `place`, which is emptied first."""
    if place.exists():
        shutil.rmtree(place)
    good = sound()
    for case, files in {"sound": good, **cases()}.items():
        (place / case).mkdir(parents=True)
        for name, data in files.items():
            if case == "sound" or good.get(name) != data:
                (place / case / name).write_bytes(data)


if __name__ == "__main__":
    main()
