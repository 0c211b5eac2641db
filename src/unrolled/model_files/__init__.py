"""The model directory on disk: written whole or not at all, and distrusted until every check has passed."""

from unrolled.model_files.read import ModelFiles, read_model_files
from unrolled.model_files.strict_json import JSON
from unrolled.model_files.version_1 import from_version_1
from unrolled.model_files.write import check_replaceable, write_model_files

__all__ = ["JSON", "ModelFiles", "check_replaceable", "from_version_1", "read_model_files", "write_model_files"]
