"""A loss is a value: it can be copied, compared, hashed, pickled and read back from its repr."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import numpy as np

import lossbook as lb
from laws.collection import law
from lossbook.checks.sampling import ordinary


@law
def copies_are_equal_and_work(loss: lb.Loss) -> None:
    samples = ordinary(loss, 10, seed=61)[0]
    wanted = loss(samples.y_true, samples.y_pred)
    copies = [copy.copy(loss), copy.deepcopy(loss), dataclasses.replace(loss)]
    if "<locals>" not in type(loss).__qualname__:
        copies += [pickle.loads(pickle.dumps(loss, level)) for level in range(2, 6)]
    for other in copies:
        assert other == loss
        assert hash(other) == hash(loss)
        assert repr(other) == repr(loss)
        assert other(samples.y_true, samples.y_pred) == wanted


@law
def the_repr_can_be_read_back(loss: lb.Loss) -> None:
    assert eval(repr(loss), {type(loss).__name__: type(loss)}) == loss


@law
def a_loss_cannot_be_changed(loss: lb.Loss) -> None:
    for name in (*loss.parameters, "anything"):
        try:
            setattr(loss, name, 0.5)
        except dataclasses.FrozenInstanceError:
            continue
        raise AssertionError(f"{loss}.{name} was changed")
    try:
        loss.parameters["anything"] = 1  # type: ignore[index]
    except TypeError:
        return
    raise AssertionError(f"the parameters of {loss} were changed")


@law
def the_worked_example_is_allowed_input(loss: lb.Loss) -> None:
    example = loss.example
    results = loss.value_gradient_hessian(example.y_true, example.y_pred)
    assert all(np.isfinite(result).all() for result in results), loss


@law
def a_loss_tells_what_it_is(loss: lb.Loss) -> None:
    cls = type(loss)
    assert lb.get(loss.name, **loss.parameters) == loss
    assert lb.get(cls.__name__, **loss.parameters) == loss
    assert (cls.__doc__ or "").strip(), f"{cls.__name__} has no docstring"
    assert loss.label_domain.describe()
    assert loss.prediction_domain.describe()
    assert loss.facts == loss.facts
