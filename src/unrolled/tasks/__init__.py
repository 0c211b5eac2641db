"""Applications: each task is data and functions; training, measuring, predicting and describing are shared."""

from unrolled.tasks.catalogue import TASKS, find_task
from unrolled.tasks.checking import check_files
from unrolled.tasks.description import Description, describe
from unrolled.tasks.evaluation import Evaluation, evaluate
from unrolled.tasks.ner import NER
from unrolled.tasks.prediction import Prediction, predict
from unrolled.tasks.settings import DataSettings, ReadingSettings, TaggingSettings
from unrolled.tasks.task import Task
from unrolled.tasks.training_plan import TrainingPlan, plan_training
from unrolled.tasks.training_run import TrainingResult, run_training, train

__all__ = [
    "NER",
    "TASKS",
    "DataSettings",
    "Description",
    "Evaluation",
    "Prediction",
    "ReadingSettings",
    "TaggingSettings",
    "Task",
    "TrainingPlan",
    "TrainingResult",
    "check_files",
    "describe",
    "evaluate",
    "find_task",
    "plan_training",
    "predict",
    "run_training",
    "train",
]
