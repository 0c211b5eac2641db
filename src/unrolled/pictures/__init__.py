"""Pictures of a run, as PNG files: learning curves, confusion, calibration."""

from unrolled.pictures.calibration import reliability_diagram
from unrolled.pictures.confusion import confusion_picture
from unrolled.pictures.curves import learning_curves

__all__ = ["confusion_picture", "learning_curves", "reliability_diagram"]
