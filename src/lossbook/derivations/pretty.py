"""Formulas in plain text, of one line where they can be: SymPy's pretty printer, in our letters."""

# SymPy finds a printer's methods by the names of its classes.
# ruff: noqa: N802

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.stringpict import prettyForm, stringPict

from lossbook.derivations import terms
from lossbook.derivations.order import (
    InReadingOrder,
    common_factor,
    factors_of,
    signed_product,
    slope_name,
)

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789kmnij", "₀₁₂₃₄₅₆₇₈₉ₖₘₙᵢⱼ")
_LETTERS = {r"\hat{y}": "ŷ", r"\mu": "mu"}
_ASCII = {"ŷ": "yhat", "ℓ": "loss"}
# A fraction of this many characters above and below is written on one line.
_SHORT = 6
PRIME = {True: "′", False: "'"}


class Pretty(InReadingOrder, PrettyPrinter):  # type: ignore[misc]
    """Powers, roots and fractions stay on the line while they are short."""

    def __init__(self, unicode: bool) -> None:
        super().__init__({"use_unicode": unicode, "wrap_line": False})

    # -- letters ----------------------------------------------------------------------------------

    def _print_Symbol(self, e: Any, bold_name: bool = False) -> Any:
        name = _LETTERS.get(e.name, e.name).replace("taus_", "tau_")
        if not self._use_unicode:
            return prettyForm(_ASCII.get(name, name))
        return super()._print_Symbol(sympy.Symbol(name))

    def _print_Exp1(self, e: Any) -> Any:
        return prettyForm("e")

    def _print_ExpBase(self, e: Any) -> Any:
        exponent = self._print(e.args[0])
        if exponent.height() == 1:
            return _line(f"exp({exponent})", prettyForm.ATOM)
        return prettyForm("e") ** exponent

    def _print_Loss(self, e: Any) -> Any:
        return prettyForm("ℓ" if self._use_unicode else "loss")

    def _print_Largest(self, e: Any) -> Any:
        return _line(f"max {self._print(e.args[0])}", prettyForm.MUL)

    def _print_Threshold(self, e: Any) -> Any:
        return self._print(sympy.Symbol("tau"))

    def _print_Entry(self, e: Any) -> Any:
        return self._indexed(e.row.name, e.index)

    def _print_Softmax(self, e: Any) -> Any:
        return self._indexed("p", e.place)

    def _print_Named(self, e: Any) -> Any:
        return self._print(e.letter)

    def _print_Delta(self, e: Any) -> Any:
        return self._indexed("delta", *e.args)

    def _indexed(self, letter: str, *indices: Any) -> Any:
        form = str(self._print(sympy.Symbol(letter)))
        below = "".join(map(str, indices))
        if not self._use_unicode:
            return prettyForm(f"{form}_{below}")
        return prettyForm(form + below.translate(_SUBSCRIPTS))

    # -- sums, products, powers -------------------------------------------------------------------

    def _print_Add(self, e: Any, order: Any = None) -> Any:
        product = common_factor(e)
        if product is not None:
            return self._product(product)
        forms: list[Any] = []
        for term in self._as_ordered_terms(e):
            negative, form = self.term(term)
            first = "-" if negative else ""
            forms += [(" - " if negative else " + ") if forms else first, form]
        return prettyForm(*stringPict.next(*forms), binding=prettyForm.ADD)

    def term(self, term: Any) -> tuple[bool, Any]:
        """Whether a term of a sum is written with a minus, and the term without it."""
        negative, product = signed_product(term)
        form = self._fraction(product) if product.is_Mul or product.is_Pow else self._print(product)
        return negative, prettyForm(*form.parens()) if form.binding > prettyForm.MUL else form

    def _print_Mul(self, e: Any) -> Any:
        negative, form = self.term(e)
        if not negative:
            return form
        return prettyForm(*stringPict.next("-", form), binding=prettyForm.NEG)

    def _fraction(self, e: Any) -> Any:
        top, bottom = sympy.fraction(e, exact=True)
        if bottom == 1:
            return self._product(e)
        above, below = self._print(top), self._print(bottom)
        short = _SHORT if self._use_unicode else 2 * _SHORT
        is_short = all(
            form.height() == 1 and form.width() <= short and form.binding <= prettyForm.MUL
            for form in (above, below)
        )
        if is_short:
            below = below if below.binding < prettyForm.MUL else prettyForm(*below.parens())
            return _line(f"{above}/{below}", prettyForm.MUL)
        return above / below

    def _product(self, e: Any) -> Any:
        if not e.is_Mul:
            return self._print(e)
        forms: list[Any] = []
        for factor in factors_of(e):
            form = self._print(factor)
            if form.binding > prettyForm.MUL:
                form = prettyForm(*form.parens())
            forms += [form, " "]
        return prettyForm(*stringPict.next(*forms[:-1]), binding=prettyForm.MUL)

    def _print_Pow(self, e: Any) -> Any:
        base, exponent = e.args
        if exponent.is_Rational and exponent.is_negative:
            return self._fraction(e)
        if exponent == sympy.Rational(1, 2):
            return self._root(base)
        form, power = self._print(base), self._print(exponent)
        if form.binding > prettyForm.FUNC or (form.binding == prettyForm.POW and base.is_Pow):
            form = prettyForm(*form.parens())
        if power.height() > 1:
            return prettyForm(*form.parens()) ** power if form.height() > 1 else form**power
        if exponent.is_Integer and self._use_unicode:
            raised = str(power).translate(_SUPERSCRIPTS)
        else:
            raised = f"^{power}" if power.binding == prettyForm.ATOM else f"^({power})"
        if form.height() == 1:
            return _line(f"{form}{raised}", prettyForm.POW)
        return prettyForm(str(form), form.baseline, prettyForm.ATOM) ** power

    def _root(self, base: Any) -> Any:
        form = self._print(base)
        if form.height() > 1:
            return super()._print_Pow(sympy.sqrt(base, evaluate=False))
        if not self._use_unicode:
            return _line(f"sqrt({form})", prettyForm.FUNC)
        inner = form if form.binding == prettyForm.ATOM else prettyForm(*form.parens())
        return _line(f"√{inner}", prettyForm.FUNC)

    # -- functions --------------------------------------------------------------------------------

    def _print_Abs(self, e: Any) -> Any:
        form = self._print(e.args[0])
        if form.height() == 1:
            return _line(f"|{form}|", prettyForm.ATOM)
        return super()._print_Abs(e)

    def _print_Slope(self, e: Any) -> Any:
        name = slope_name(e)
        if name is not None:
            return self._leibniz(*name)
        if isinstance(e.expression, terms.Named):
            return _line(f"{self._print(e.expression)}{PRIME[self._use_unicode]}", prettyForm.ATOM)
        d = "∂" if self._use_unicode and isinstance(e.variable, terms.Entry) else "d"
        form, below = self._print(e.expression), self._print(e.variable)
        sign = _line(f"{d}/{d}{below} ", prettyForm.MUL)
        if form.height() > 1:
            sign = stringPict(
                *stringPict(*stringPict.stack(d, stringPict.LINE, f"{d}{below}")).right(" ")
            )
            sign.baseline = 1
        inner = prettyForm(*form.parens("[", "]"))
        return prettyForm(*stringPict.next(sign, inner), binding=prettyForm.MUL)

    def _leibniz(self, order: int, variables: list[Any]) -> Any:
        d = "∂" if self._use_unicode else "d"
        power = ("²" if self._use_unicode else "2") if order == 2 else ""
        same = len(set(variables)) == 1
        below = "".join(f"{d}{self._print(v)}" for v in dict.fromkeys(variables))
        loss = self._print_Loss(None)
        return prettyForm(f"{d}{power}{loss}/{below}{power if same else ''}")

    def _print_Total(self, e: Any) -> Any:
        inner = self._print(e.expression)
        if inner.binding > prettyForm.MUL:
            inner = prettyForm(*inner.parens())
        index = self._print(e.index)
        if not self._use_unicode:
            return prettyForm(*stringPict.next(f"sum_{index} ", inner), binding=prettyForm.MUL)
        sign = f"Σ{str(index).translate(_SUBSCRIPTS)} "
        return prettyForm(*stringPict.next(sign, inner), binding=prettyForm.MUL)

    def _print_Softplus(self, e: Any) -> Any:
        return self._print(sympy.log(1 + sympy.exp(e.args[0])))

    def _print_Bracket(self, e: Any) -> Any:
        return prettyForm(*self._print(e.args[0]).parens("[", "]"))

    def _print_Max(self, e: Any) -> Any:
        return self._print(sympy.Function("max")(*e.args))

    def _print_Min(self, e: Any) -> Any:
        return self._print(sympy.Function("min")(*e.args))

    def _print_And(self, e: Any) -> Any:
        return self._joined(e, " and ")

    def _print_Or(self, e: Any) -> Any:
        return self._joined(e, " or ")

    def _joined(self, e: Any, word: str) -> Any:
        forms = [item for part in e.args for item in (self._print(part), word)][:-1]
        return prettyForm(*stringPict.next(*forms))


def _line(text: str, binding: int) -> Any:
    return prettyForm(text, binding=binding)
