"""The table of cells: a new cell is a file beside this one and a row here."""

from unrolled.textbook.cell import Cell
from unrolled.textbook.gru import GRU
from unrolled.textbook.lstm import LSTM
from unrolled.textbook.rnn import RNN, RNN_RELU

__all__ = ["CELLS"]

CELLS: dict[str, Cell] = {cell.name: cell for cell in (RNN, RNN_RELU, GRU, LSTM)}
