"""How a setting is declared, how groups of settings compose under flat names, and what is made of the declarations."""

from unrolled.settings.composed import Composed
from unrolled.settings.declared import Declared
from unrolled.settings.estimator import chosen_settings, estimator_fields
from unrolled.settings.group import Settings
from unrolled.settings.meanings import meanings
from unrolled.settings.names import Retired, unknown_name
from unrolled.settings.page import settings_table
from unrolled.settings.setting import setting
from unrolled.settings.value import LARGEST, LARGEST_SIZE, PATH, Value, value_text

__all__ = [
    "LARGEST",
    "LARGEST_SIZE",
    "PATH",
    "Composed",
    "Declared",
    "Retired",
    "Settings",
    "Value",
    "chosen_settings",
    "estimator_fields",
    "meanings",
    "setting",
    "settings_table",
    "unknown_name",
    "value_text",
]
