"""Text tables of labels, and errors that name file, line, column and value."""

import re

from errors import AnnotationError


class Cell:
    """Text of a table and where it stands; line and column count from 1."""

    def __init__(self, file, line, column, text):
        self.file, self.line, self.column, self.text = file, line, column, text

    def error(self, found, allowed):
        return AnnotationError(f"{self.file}:{self.line}:{self.column}: {found}; allowed: {allowed}")

    def whole_number(self, low, high, what):
        if not re.fullmatch(r"\d{1,9}", self.text) or not low <= int(self.text) <= high:
            raise self.error(f"{what} is '{self.text}'", f"a whole number from {low} to {high}")
        return int(self.text)


def read_table(file, what, separator=r"\s+"):
    """Rows of cells; empty lines are left out. A missing file is an AnnotationError that says what it is for."""
    try:
        with open(file, encoding="utf-8-sig") as stream:
            lines = stream.read().split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AnnotationError(f"{file} is missing or cannot be read: it holds {what} ({error})") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        indent = len(line) - len(line.lstrip())
        cells, start = [], 0
        for match in re.finditer(separator, text):
            cells.append(Cell(file, number, indent + start + 1, text[start : match.start()]))
            start = match.end()
        cells.append(Cell(file, number, indent + start + 1, text[start:]))
        rows.append(cells)
    if not rows:
        raise AnnotationError(f"{file} is empty: it should hold {what}")
    return rows


def check_cells(row, count, what):
    """A row of exactly `count` cells; the place told is the first one too many, or just behind the last."""
    if len(row) == count:
        return
    last = row[-1]
    place = row[count] if len(row) > count else Cell(last.file, last.line, last.column + len(last.text), "")
    raise place.error(f"the row has {len(row)} columns", f"{count}: {what}")


def parse_numbers(text):
    """`1,5,9-16` as a sorted list of numbers. ValueError for anything else."""
    numbers = set()
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part.strip())
        if match is None:
            raise ValueError(f"'{part}' is no number and no range as 41-80")
        low, high = int(match[1]), int(match[2] or match[1])
        if high < low:
            raise ValueError(f"the range '{part}' ends before it begins")
        numbers.update(range(low, high + 1))
    return sorted(numbers)
