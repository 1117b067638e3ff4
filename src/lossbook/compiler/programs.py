"""What is computed along the walk: losses, checks of their arguments, the sum of weights."""

from __future__ import annotations

from lossbook.compiler.formula import Constants, Evaluation, Formula
from lossbook.compiler.values import Code, Kind, Value, select
from lossbook.compiler.walk import DOUBLE, INT, POINTER, Column, Walk

OUTPUTS = ("value", "gradient", "hessian")


class Losses(Walk):
    """Value, gradient and Hessian of every sample; the value's sum where it is not stored."""

    def __init__(
        self,
        formula: Formula,
        wanted: tuple[bool, bool, bool],
        element: str,
        label: Column,
        weight: Column | None,
        vector_bytes: int,
        *,
        stores_value: bool,
    ) -> None:
        super().__init__(element, vector_bytes)
        self._formula = formula
        self._label_column, self._weight_column = label, weight
        self._stored = [order for order in range(3) if wanted[order] and (order or stores_value)]
        self._adds = wanted[0] and not stores_value
        entry = self.entry
        self._y, self._p = (self.slot(entry, name, POINTER) for name in ("y", "p"))
        self._w = self.slot(entry, "weight", POINTER) if weight else None
        self._outputs = {order: self.slot(entry, OUTPUTS[order], POINTER) for order in self._stored}
        self._scale = self.slot(entry, "scale", DOUBLE)
        base = self.slot(entry, "parameters", POINTER)
        parameters = {
            name: self.load(entry, base, Column("double"), entry.number(INT, place), 1)
            for place, name in enumerate(formula.parameters)
        }
        self._constants = Constants(entry, parameters)

    @property
    def sums(self) -> bool:
        return self._adds

    def body(self, code: Code, index: Value, width: int) -> Value | None:
        # Labels count in the dtype of the predictions, whatever is computed in.
        y = self._read(code, self._y, self._label_column, index, width, self.element)
        p = self._read(code, self._p, Column(self.element), index, width, self.element)
        weight = None
        if self._w is not None and self._weight_column is not None:
            weight = self._read(code, self._w, self._weight_column, index, width, "double")
        if self._formula.outside is not None:
            checks = Evaluation(code, y.kind, y, p, self._constants)
            self.leave_if(code, checks.value(self._formula.outside))
        wide = Kind(self._formula.computed_in(self.element), width)
        label, prediction = y.converted(wide.element), p.converted(wide.element)
        evaluation = Evaluation(code, wide, label, prediction, self._constants)
        results = {}
        for order in [0] * self._adds + self._stored:
            result = evaluation.number(self._formula.outputs[self.element][order])
            result = result.converted(self.element)
            if order and weight is None:
                scale = self._scale.converted(self.element).spread(width)
                result = result * scale
            if not self._formula.keeps_nan(order, self.element):
                missing = y.is_nan | p.is_nan
                result = select(missing, float("nan"), result, like=result)
            results[order] = result
        for order in self._stored:
            self.store(code, self._outputs[order], index, self._weighed(results[order], weight))
        if not self._adds:
            return None
        value = results[0].converted("double")
        return value if weight is None else _times(weight, value)

    def _read(
        self, code: Code, base: Value, column: Column, index: Value, width: int, element: str
    ) -> Value:
        numbers = self.load(code, base, column, index, width)
        return numbers.converted(element, unsigned=column.unsigned)

    def _weighed(self, result: Value, weight: Value | None) -> Value:
        if weight is None:
            return result
        scaled = weight * self._scale.spread(weight.kind.width)
        product = scaled * result.converted("double")
        return select(weight.equals(0), 0, product, like=product).converted(self.element)


def _times(weight: Value, value: Value) -> Value:
    """A weight of 0 counts as 0 whatever the value is."""
    return select(weight.equals(0), 0, weight * value, like=value)


class Checks(Walk):
    """Only looks whether labels and predictions lie inside their domains."""

    sums = False

    def __init__(self, formula: Formula, element: str, label: Column, vector_bytes: int) -> None:
        super().__init__(element, vector_bytes)
        self._formula, self._label_column = formula, label
        self._y, self._p = (self.slot(self.entry, name, POINTER) for name in ("y", "p"))

    def body(self, code: Code, index: Value, width: int) -> None:
        assert self._formula.outside is not None
        y = self.load(code, self._y, self._label_column, index, width)
        y = y.converted(self.element, unsigned=self._label_column.unsigned)
        p = self.load(code, self._p, Column(self.element), index, width)
        constants = Constants(self.entry, {})
        evaluation = Evaluation(code, Kind(self.element, width), y, p, constants)
        self.leave_if(code, evaluation.value(self._formula.outside))


class Weights(Walk):
    """The weights' sum; not a number where one of them is negative or missing."""

    sums = True

    def __init__(self, element: str, weight: Column, vector_bytes: int) -> None:
        super().__init__(element, vector_bytes)
        self._column = weight
        self._w = self.slot(self.entry, "weight", POINTER)

    def body(self, code: Code, index: Value, width: int) -> Value:
        weight = self.load(code, self._w, self._column, index, width)
        weight = weight.converted("double", unsigned=self._column.unsigned)
        return select(weight >= 0, weight, float("nan"), like=weight)
