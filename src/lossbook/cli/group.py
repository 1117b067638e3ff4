"""The group of commands: loads a command when it is asked for, and words every error."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, TypeGuard

import click

from lossbook import __version__

__all__ = ["lossbook"]

COMMANDS = {
    "list": "lossbook.cli.list:list_command",
    "show": "lossbook.cli.show:show_command",
    "derive": "lossbook.cli.derive:derive_command",
    "check": "lossbook.cli.check:check_command",
    "eval": "lossbook.cli.eval:eval_command",
    "explore": "lossbook.cli.explore:explore_command",
    "tour": "lossbook.cli.tour:tour_command",
    "bench": "lossbook.cli.bench:bench_command",
    "docs": "lossbook.cli.docs:docs_command",
}

# The extra that brings each optional package a command may need.
EXTRAS = {"pyarrow": "cli", "sympy": "cli", "rich": "cli", "mpmath": "cli", "matplotlib": "plot"}

BAD_INPUT = 2
INTERRUPTED = 130  # what a shell reports for a process ended by Ctrl-C
READER_LEFT = 141  # ... and for one that wrote into a closed pipe


class LazyGroup(click.Group):
    """Commands imported on demand; errors as one line, never as a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command and leave with its exit code."""
        extra["standalone_mode"] = False
        try:
            code = super().main(args, prog_name, **extra)
            sys.stdout.flush()
        except SystemExit:
            # click leaves this way when the reader of our output has gone.
            _forget_output()
            code = READER_LEFT
        except BrokenPipeError:
            _forget_output()
            code = READER_LEFT
        except click.Abort:
            code = INTERRUPTED
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.message)
            code = BAD_INPUT
        except Exception as error:
            message = _one_line(error)
            if message is None:
                raise
            click.echo(f"{click.style('lossbook: error:', fg='red')} {message}", err=True)
            if isinstance(error, OSError):
                _forget_output()  # it may be our output that cannot be written
            code = BAD_INPUT
        sys.exit(code if isinstance(code, int) else 0)


def _one_line(error: Exception) -> str | None:
    """Word an error of the user's input; None for one that is a bug of ours."""
    if isinstance(error, click.ClickException):
        text = error.format_message()
    elif type(error).__module__.partition(".")[0] == "lossbook":
        text = str(error)
    elif isinstance(error, ModuleNotFoundError) and _is_optional(error.name):
        text = f"{error.name} is not installed: {_how_to_install(error.name)}"
    elif isinstance(error, OSError) and error.errno is not None:
        text = _system_error(error)
    else:
        return None
    return " ".join(text.split())


def _is_optional(module: str | None) -> TypeGuard[str]:
    return module is not None and module.partition(".")[0] in EXTRAS


def _how_to_install(module: str) -> str:
    extra = EXTRAS[module.partition(".")[0]]
    return f'pip install "lossbook[{extra}]"'


def _system_error(error: OSError) -> str:
    reason = os.strerror(error.errno or errno.EIO)
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."


def _forget_output() -> None:
    """Send what is still buffered nowhere, so that nothing complains when Python exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="lossbook %(version)s")
def lossbook() -> None:
    """What a loss says about predictions: value, gradient, Hessian.

    \b
      lossbook list                        every loss, by kind
      lossbook show quantile --tau 0.9     one loss: formulas, facts, plot
      lossbook derive quantile             its gradient and Hessian, step by step
      lossbook check MODULE:OBJECT         a loss of your own: is it right?
      lossbook eval FILE --loss mse ...    the loss of the predictions in a file
      lossbook explore                     a page to play with, in the browser
      lossbook tour                        gradient descent, step by step
      lossbook bench --quick               how fast it is here, beside other libraries
      lossbook docs                        the book, in a browser
    """
