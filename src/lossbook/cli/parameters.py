"""Loss parameters as command-line options, for every loss that there is or will be.

A command declared with ``cls=LossCommand`` takes the parameters of all registered losses as
options (``--tau 0.9``, ``--from-logits``) without naming any of them, and hands those that were
given to its function as one dictionary called ``parameters``. `build_loss` turns the name of a
loss and that dictionary into the loss.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lossbook.loss import Loss

__all__ = ["LossCommand", "build_loss", "option_name"]

EPILOG = (
    "Parameters of the loss are options too: --tau 0.9, --from-logits, --taus 0.1,0.9. "
    "'lossbook list' names them."
)


class LossCommand(click.Command):
    """A command that takes the parameters of any loss as options.

    The registry, and NumPy with it, is loaded only when an option is there that the command
    itself does not know: ``--help`` stays quick.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        settings.setdefault("epilog", EPILOG)
        super().__init__(*args, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own_params = self.params
        foreign = _loss_options(own_params) if self._has_foreign_option(ctx, args) else []
        try:
            self.params = [*own_params, *foreign]
            rest = super().parse_args(ctx, args)
        finally:
            self.params = own_params
        given = {str(option.name): ctx.params.pop(str(option.name)) for option in foreign}
        ctx.params["parameters"] = {
            name.removeprefix(PREFIX): value for name, value in given.items() if value is not None
        }
        return rest

    def _has_foreign_option(self, ctx: click.Context, args: list[str]) -> bool:
        known = {flag for param in self.get_params(ctx) for flag in _flags(param)}
        return any(
            word.startswith("--") and word != "--" and word.partition("=")[0] not in known
            for word in args
        )


# Keeps a loss parameter apart from an option of the command that happens to have the same name.
PREFIX = "loss_parameter_"


def build_loss(name: str, parameters: Mapping[str, object]) -> Loss:
    """Return the loss of that name with the parameters given on the command line.

    Parameters
    ----------
    name : str
        Name or alias of a loss.
    parameters : mapping
        What a `LossCommand` handed over: field name to text, or to a bool for a flag.

    Raises
    ------
    click.UsageError
        If the loss has no such parameter, or the text is not of the parameter's type.
    """
    import lossbook

    loss: Loss = lossbook.get(name)
    for given in parameters:
        if given not in loss.parameters:
            raise click.UsageError(_no_such_parameter(loss.name, given, list(loss.parameters)))
    fields = {field.name: field for field in dataclasses.fields(loss)}  # type: ignore[arg-type]
    values = {key: _convert(fields[key], value) for key, value in parameters.items()}
    if values:
        loss = lossbook.get(name, **values)
    return loss


def option_name(field: str) -> str:
    """Return the option that sets a parameter.

    >>> option_name("from_logits")
    '--from-logits'
    """
    return "--" + field.replace("_", "-")


def _flags(param: click.Parameter) -> list[str]:
    return [*param.opts, *param.secondary_opts]


def _loss_options(own_params: list[click.Parameter]) -> list[click.Option]:
    """Return one option per parameter name found in the registry."""
    import lossbook

    taken = {flag for param in own_params for flag in _flags(param)}
    options: dict[str, click.Option] = {}
    for loss in lossbook.catalogue():
        for field in dataclasses.fields(loss):
            flag = option_name(field.name)
            if not field.init or field.name in options or flag in taken:
                continue
            is_switch = isinstance(field.default, bool)
            spelling = f"{flag}/--no-{flag.removeprefix('--')}" if is_switch else flag
            options[field.name] = click.Option(
                [PREFIX + field.name, spelling], default=None, type=bool if is_switch else str
            )
    return list(options.values())


def _convert(field: dataclasses.Field[Any], value: object) -> object:
    """Read the text given for a parameter as what the parameter is."""
    from lossbook.parameters import is_tuple

    if not isinstance(value, str):
        return value
    several = is_tuple(field)
    words = value.split(",") if several else [value]
    try:
        numbers = tuple(map(float, words))
    except ValueError:
        rule = "numbers with commas between them" if several else "a number"
        raise click.UsageError(f"{option_name(field.name)} takes {rule}, not {value!r}.") from None
    return numbers if several else numbers[0]


def _no_such_parameter(loss: str, given: str, fields: list[str]) -> str:
    if not fields:
        return f"{loss} has no parameters: leave out {option_name(given)}."
    near = difflib.get_close_matches(given, fields, n=1)
    known = ", ".join(option_name(field) for field in fields)
    hint = f"did you mean {option_name(near[0])}?" if near else f"its parameters: {known}."
    return f"{loss} has no parameter {option_name(given)}: {hint}"
