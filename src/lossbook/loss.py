"""What every loss can do; a loss itself is one file in ``losses`` and writes only formulas."""

from __future__ import annotations

import dataclasses
import functools
import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

from lossbook import parameters, registry
from lossbook.adapters import Adapters
from lossbook.domains import REALS, Columns, Domain
from lossbook.engine.calls import Calls
from lossbook.facts import Accuracy, Example, Facts
from lossbook.functionals import Functional
from lossbook.links import IDENTITY, Link
from lossbook.maths.namespace import Term
from lossbook.rosetta import Counterpart

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# No field specifiers: to a type checker, what parameters.positive(1.0) gives is the default itself.
@dataclass_transform(frozen_default=True)
class Loss(Calls, Adapters):
    """What a family and a loss say, and what follows from it; the calls are in ``engine.calls``."""

    name: ClassVar[str]
    kind: ClassVar[str] = "own"
    aliases: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType({})
    counterparts: ClassVar[tuple[Counterpart, ...]] = ()
    accuracy: ClassVar[Accuracy] = Accuracy()
    references: ClassVar[tuple[str, ...]] = ()
    is_row: ClassVar[bool] = False
    is_of_residual: ClassVar[bool] = False

    def __init_subclass__(cls, *, family: bool = False, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        dataclasses.dataclass(frozen=True, repr=False)(cls)
        if not family:
            cls.name = re.sub(
                r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__
            ).lower()
            registry.register(cls)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = parameters.check(type(self).__name__, field, getattr(self, field.name))
            object.__setattr__(self, field.name, value)

    # -- what a loss is ---------------------------------------------------------------------------

    @property
    def example(self) -> Example:
        """A worked example, small enough to follow by hand."""
        raise NotImplementedError(f"{type(self).__name__} gives no example.")

    @property
    def compensated(self) -> bool:
        """Whether float64 formulas carry their rounding errors along; float32 goes through float64.

        Formulas of rows do so on NumPy arrays; other libraries' arrays are evaluated as they are.
        """
        return False

    @property
    def thorough(self) -> bool:
        """Whether, of a compensated loss, exponentials and logarithms carry their own errors too.

        For formulas whose terms cancel at a place that is no float: nothing else is left there.
        """
        return False

    @property
    def label_domain(self) -> Domain:
        """The set that ``y_true`` lives in."""
        return REALS

    @property
    def prediction_domain(self) -> Domain:
        """The set that ``y_pred`` lives in."""
        return REALS

    @property
    def columns(self) -> Columns:
        """What the last axis of ``y_pred`` holds, for a loss of rows."""
        return Columns()

    @property
    def prediction_symbol(self) -> str:
        """How formulas write the prediction."""
        return r"\hat{y}"

    @property
    def predicts_probability(self) -> bool:
        """Whether ``inverse_link(y_pred)`` is the probability of class 1."""
        return False

    @property
    def link(self) -> Link:
        """The map from a prediction to the raw score ``y_pred``."""
        return IDENTITY

    def inverse_link(self, raw: Any) -> Any:
        """The prediction (a probability, a mean) that the raw score ``raw`` stands for."""
        from lossbook.engine.libraries import maths_for

        array, m = maths_for(raw)
        return self.predicted(m, array)

    def predicted(self, m: Any, raw: Term) -> Term:
        """The formula of :meth:`inverse_link`."""
        return self.link.inverse(m, raw)

    @property
    def facts(self) -> Facts:
        """Convexity, constants and kinks; see :class:`lossbook.facts.Facts`."""
        raise NotImplementedError(f"{type(self).__name__} states no facts.")

    @property
    def functional(self) -> Functional | None:
        """What the best constant prediction is, before the link; None where it has no name."""
        return None

    def constant_from(self, value: Any) -> Any:
        """The constant ``y_pred`` that stands for this value of the functional."""
        constant = self.link(value)
        return constant if self.is_row else float(constant)

    def optimal_constant(self, y_true: Any, sample_weight: Any = None) -> Any:
        """The constant ``y_pred`` with the smallest loss on these labels."""
        from lossbook.engine.constants import optimal_constant

        return optimal_constant(self, y_true, sample_weight)

    @property
    def has_prox(self) -> bool:
        """Whether :meth:`prox` has a closed form."""
        return type(self).proximal is not Loss.proximal

    @property
    def has_conjugate(self) -> bool:
        """Whether :meth:`conjugate` has a closed form."""
        return type(self).conjugated is not Loss.conjugated

    def prox(self, y_true: Any, point: Any, step: float) -> Any:
        """For each sample the p that minimises ``loss(y, p) + (p - point)**2 / (2 * step)``.

        Examples
        --------
        >>> import lossbook
        >>> lossbook.AbsoluteError().prox([0.0, 0.0], [3.0, -0.5], step=1.0)
        array([2., 0.])
        """
        from lossbook.engine.duality import prox

        return prox(self, y_true, point, step)

    def conjugate(self, y_true: Any, dual: Any) -> Any:
        """For each sample the supremum of ``dual * p - loss(y, p)`` over all predictions p.

        Infinite where there is none.

        Examples
        --------
        >>> import lossbook
        >>> lossbook.Huber(delta=1.0).conjugate([0.0, 0.0], [0.5, 2.0])
        array([0.125,   inf])
        """
        from lossbook.engine.duality import conjugate

        return conjugate(self, y_true, dual)

    def formula(self, which: str = "value") -> Any:
        """The formula as a SymPy expression.

        ``which`` is "value", "gradient", "hessian", or where the loss has them "prox" (of point v
        and step s) and "conjugate" (of the dual u).

        Examples
        --------
        >>> import lossbook
        >>> lossbook.BinaryCrossEntropy(from_logits=True).formula("hessian")
        Sigmoid(-z)*Sigmoid(z)
        """
        from lossbook.maths.formulas import formula

        return formula(self, which)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        outputs: str | Sequence[str] = ("value", "gradient", "hessian"),
        y_true: Any = None,
        y_pred: Sequence[float] | None = None,
        column: int = 0,
        between: tuple[float, float] | None = None,
    ) -> Axes:
        """Draw value, gradient and Hessian against the prediction; dots mark kinks.

        A dot is what the loss returns at a place where its slope or its value jumps.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default on axes of a new figure.
        outputs : str or sequence of str
            Of "value", "gradient" and "hessian".
        y_true : number or sequence, optional
            The label, or several, each with lines of its own; by default one that shows the loss.
        y_pred : sequence of float, optional
            For losses of rows: the row in which one column moves.
        column : int
            Which one.
        between : (float, float), optional
            From where to where the prediction moves.

        Returns
        -------
        matplotlib.axes.Axes
            The axes, with a line for each output and label.

        Examples
        --------
        >>> import lossbook
        >>> ax = lossbook.Huber(delta=1.0).plot(outputs="gradient", between=(-2, 2))
        >>> ax.lines[0].get_ydata()[[0, -1]].tolist()
        [-1.0, 1.0]
        """
        axes: Axes = registry.plotting().plot(
            self,
            ax,
            outputs=outputs,
            y_true=y_true,
            y_pred=y_pred,
            column=column,
            between=between,
        )
        return axes

    def derivation(self) -> Any:
        """How value, gradient and Hessian follow from the definition, line by line, all checked.

        Examples
        --------
        >>> import lossbook
        >>> lossbook.SquaredError().derivation()
        <Derivation of SquaredError(): 8 lines in 3 parts>
        """
        return registry.deriving().derive(self)

    def derived(self, page: Any) -> None:
        """The derivation by hand, written on a ``page``; left empty, rules make it."""

    # -- what a family gives ----------------------------------------------------------------------

    def derivative(self, m: Any, order: int, y_true: Term, y_pred: Term) -> Term:
        """The value (order 0) or its first or second derivative by ``y_pred``, over ``m``."""
        raise NotImplementedError(f"{type(self).__name__} belongs to no family.")

    def proximal(self, m: Any, *terms: Term) -> Term:
        """The formula of :meth:`prox` in the family's variable; the last term is the step."""
        raise NotImplementedError(f"{type(self).__name__} gives no proximal point.")

    def conjugated(self, m: Any, *terms: Term) -> Term:
        """The formula of :meth:`conjugate` for the family's variable; the last term is the dual."""
        raise NotImplementedError(f"{type(self).__name__} gives no conjugate.")

    def prox_over(self, m: Any, y_true: Term, point: Term, step: Term) -> Term:
        """The proximal point over ``m``."""
        return self.proximal(m, y_true, point, step)

    def conjugate_over(self, m: Any, y_true: Term, dual: Term) -> Term:
        """The conjugate over ``m``."""
        return self.conjugated(m, y_true, dual)

    def textbook(self, m: Any, y_true: Term, y_pred: Term) -> Term:
        """The value as a book defines it; a loss overrides it where its stable form reads worse."""
        return self.derivative(m, 0, y_true, y_pred)

    def opposing(self, m: Any, y_true: Term, y_pred: Term) -> tuple[Term, ...] | None:
        """The terms of a gradient that has both signs even for labels at the ends of their domain.

        Errors are measured against the sizes of these terms.
        """
        return None

    def over(self, m: Any) -> Self:
        """This loss with its numeric parameters as terms of ``m``."""
        clone = object.__new__(type(self))
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if parameters.is_off(field, value) or isinstance(value, int):
                pass  # what does nothing leaves no trace in a formula
            elif value is not None and parameters.is_numeric(field):
                value = m.parameter(field.name, value)
            elif isinstance(value, tuple):
                names = (parameters.term_name(field.name, place) for place in range(len(value)))
                value = tuple(map(m.parameter, names, value))
            object.__setattr__(clone, field.name, value)
        return clone

    # -- composition ------------------------------------------------------------------------------

    # NumPy's numbers and arrays leave a product with a loss to the loss.
    __array_ufunc__ = None

    def __mul__(self, factor: Any) -> Loss:
        """The loss times a number above 0."""
        return (
            registry.composing().scale(self, factor)
            if isinstance(factor, numbers.Real)
            else NotImplemented
        )

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Loss:
        """The sum of two losses of the same labels and predictions."""
        return registry.composing().add(self, other) if isinstance(other, Loss) else NotImplemented

    def __radd__(self, other: Any) -> Loss:
        # sum([one, other]) starts from 0.
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def class_weighted(self, weights: Mapping[float, float]) -> Loss:
        """This loss of two classes with a weight for each, by label.

        Examples
        --------
        >>> import lossbook
        >>> loss = lossbook.Hinge().class_weighted({-1: 1, 1: 3})
        >>> loss([-1, 1], [0.0, 0.0], reduction="none")
        array([1., 3.])
        """
        weighted: Loss = registry.composing().weigh_classes(self, weights)
        return weighted

    def offset(self, offset: float) -> Loss:
        """This loss of ``y_pred + offset``, for predictions that are any number.

        An offset per sample (a log exposure) needs no loss of its own: pass ``y_pred + offsets``,
        by which derivatives are the same.

        Examples
        --------
        >>> import lossbook
        >>> loss = lossbook.SquaredError().offset(10)
        >>> loss([12.0], [1.0])
        1.0
        """
        shifted: Loss = registry.composing().shift(self, offset)
        return shifted

    # -- plumbing ---------------------------------------------------------------------------------

    @functools.cached_property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters by name."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return MappingProxyType({field.name: getattr(self, field.name) for field in fields})

    @functools.cached_property
    def _kernel(self) -> Any:
        from lossbook.engine.native import kernel_for

        return kernel_for(self)

    def __repr__(self) -> str:
        given = ((name, value) for name, value in parameters.chosen(self).items())
        written = ", ".join(
            f"{name}={_written(value)}" for name, value in given if value is not None
        )
        return f"{type(self).__name__}({written})"

    def __reduce__(self) -> tuple[Any, ...]:
        # What lossbook.compile has made is compiled again where it arrives.
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        given = {field.name: getattr(self, field.name) for field in fields}
        return _rebuild, (type(self), given, self.__dict__.get("_made_by"))


def _written(value: Any) -> str:
    """The repr, of infinity too as something that Python reads back."""
    is_infinite = isinstance(value, float) and math.isinf(value)
    return f'float("{value}")' if is_infinite else repr(value)


def _rebuild(
    cls: type[Loss], fields: dict[str, Any], finish: Callable[[Loss], Loss] | None = None
) -> Loss:
    loss = cls(**fields)
    return loss if finish is None else finish(loss)
