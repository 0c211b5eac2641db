"""Pictures of a run, as PNG files: alignments, learning curves, confusion, calibration, mutations, strips of frames."""

from unrolled.pictures.alignment import alignment_picture
from unrolled.pictures.calibration import reliability_diagram
from unrolled.pictures.confusion import confusion_picture
from unrolled.pictures.curves import learning_curves
from unrolled.pictures.mutations import mutation_picture
from unrolled.pictures.strip import strip_picture
from unrolled.pictures.tracks import track_picture

__all__ = [
    "alignment_picture",
    "confusion_picture",
    "learning_curves",
    "mutation_picture",
    "reliability_diagram",
    "strip_picture",
    "track_picture",
]
