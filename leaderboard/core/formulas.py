"""Formulas as text, and the same as MathML that a page can show without script.

A formula is one or several lines, each a Python expression or several with ` = ` between them.
Names are inputs or symbols; `_` begins a subscript; Greek letters go by name. A generator under
`sum`, `mean`, `min`, `max`, `argmin` or `argmax` says over what it runs, text in quotes stands as
words, and `integral(P, t)` is an integral over t.
"""

import ast
from collections.abc import Mapping
from html import escape

GREEK = {
    "alpha": "α",
    "beta": "β",
    "eps": "ε",
    "eta": "η",
    "mu": "μ",
    "xi": "ξ",
    "pi": "π",
    "sigma": "σ",
    "tau": "τ",
    "Delta": "Δ",
}
SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×"}
RELATIONS = {
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.In: "∈",
}
BIG = {
    "sum": "∑",
    "product": "∏",
    "mean": "mean",
    "min": "min",
    "max": "max",
    "argmin": "arg min",
    "argmax": "arg max",
}
FENCES = {"abs": ("|", "|"), "ceil": ("⌈", "⌉")}
SUM, PRODUCT, POWER, ATOM = range(4)


def mathml(text: str, symbols: Mapping[str, str], *, left: str = "") -> str:
    """A `<math>` element for the formula, names replaced by their symbols.

    A single expression stands after `left =`.
    """
    lines = _lines(text)
    written = [_line(line, symbols, left if len(lines) == 1 else "") for line in lines]
    if len(written) == 1:
        return f'<math display="block">{written[0]}</math>'
    rows = "".join(f"<mtr><mtd>{line}</mtd></mtr>" for line in written)
    table = f'<mtable displaystyle="true" columnalign="left">{rows}</mtable>'
    return f'<math display="block">{table}</math>'


def symbol(name: str) -> str:
    """MathML of one symbol, without a `<math>` around it."""
    return _symbol(name)


def plain(text: str) -> str:
    """The formula in one line of text."""
    lines = _lines(text)
    shown = "; ".join(lines).replace("**2", "²").replace("**", "^").replace(" * ", " × ")
    return shown.replace(" - ", " − ").replace('"', "")


def names(text: str) -> set[str]:
    """Every name in the formula, for instance to check that each input is used."""
    return {
        node.id
        for line in _lines(text)
        for side in line.split(" = ")
        for node in ast.walk(ast.parse(side, mode="eval"))
        if isinstance(node, ast.Name)
    }


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.splitlines()) if line]


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _sign(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _symbol(name: str) -> str:
    base, _, below = name.partition("_")
    shown = f"<mi>{escape(GREEK.get(base, base))}</mi>"
    if not below:
        return shown
    return f"<msub>{shown}<mtext>{escape(GREEK.get(below, below).replace('_', ' '))}</mtext></msub>"


def _literal(written: str) -> str:
    mantissa, e, exponent = written.lower().partition("e")
    if not e:
        return f"<mn>{written}</mn>"
    power = f"<msup><mn>10</mn><mn>{int(exponent)}</mn></msup>"
    return power if mantissa == "1" else _row(f"<mn>{mantissa}</mn>", _sign("×"), power)


def _line(line: str, symbols: Mapping[str, str], left: str) -> str:
    """An expression, or several that are equal."""
    sides = [_Writer(side, symbols).expression() for side in line.split(" = ")]
    return _row(_sign("=").join([_symbol(left), *sides] if left else sides))


class _Writer:
    """Writes one expression."""

    def __init__(self, text: str, symbols: Mapping[str, str]):
        self.text, self.symbols = text, symbols

    def expression(self) -> str:
        return self.write(ast.parse(self.text, mode="eval").body)[0]

    def write(self, node: ast.expr) -> tuple[str, int]:
        """MathML and how tightly it binds."""
        writer = getattr(self, f"_{type(node).__name__.lower()}", None)
        if writer is None:
            raise ValueError(f"can't be written: {ast.unparse(node)}")
        return writer(node)

    def tight(self, node: ast.expr, level: int) -> str:
        """In parentheses unless it binds at least that tightly."""
        shown, binds = self.write(node)
        return shown if binds >= level else _row(_sign("("), shown, _sign(")"))

    def _name(self, node: ast.Name) -> tuple[str, int]:
        return _symbol(self.symbols.get(node.id, node.id)), ATOM

    def _constant(self, node: ast.Constant) -> tuple[str, int]:
        if isinstance(node.value, str):
            return f"<mtext>{escape(node.value)}</mtext>", ATOM
        return _literal(ast.get_source_segment(self.text, node) or repr(node.value)), ATOM

    def _binop(self, node: ast.BinOp) -> tuple[str, int]:
        if isinstance(node.op, ast.Div):
            above, below = self.write(node.left)[0], self.write(node.right)[0]
            return f"<mfrac>{_row(above)}{_row(below)}</mfrac>", ATOM
        if isinstance(node.op, ast.Pow):
            base, power = self.tight(node.left, ATOM), self.write(node.right)[0]
            return f"<msup>{_row(base)}{_row(power)}</msup>", POWER
        level = PRODUCT if isinstance(node.op, ast.Mult) else SUM
        right = level + 1 if isinstance(node.op, ast.Sub) else level
        sign = _sign(SIGNS[type(node.op)])
        return self.tight(node.left, level) + sign + self.tight(node.right, right), level

    def _unaryop(self, node: ast.UnaryOp) -> tuple[str, int]:
        return _sign("−") + self.tight(node.operand, PRODUCT), PRODUCT

    def _compare(self, node: ast.Compare) -> tuple[str, int]:
        shown = self.write(node.left)[0]
        for relation, side in zip(node.ops, node.comparators, strict=True):
            shown += _sign(RELATIONS[type(relation)]) + self.write(side)[0]
        return shown, SUM - 1

    def _tuple(self, node: ast.Tuple) -> tuple[str, int]:
        return _sign(",").join(self.write(each)[0] for each in node.elts), SUM - 1

    def _subscript(self, node: ast.Subscript) -> tuple[str, int]:
        return f"<msub>{self.write(node.value)[0]}{_row(self.write(node.slice)[0])}</msub>", ATOM

    def _ifexp(self, node: ast.IfExp) -> tuple[str, int]:
        rows = [(self.write(node.body)[0], "if", self.write(node.test)[0])]
        rest = node.orelse
        while isinstance(rest, ast.IfExp):
            rows.append((self.write(rest.body)[0], "if", self.write(rest.test)[0]))
            rest = rest.orelse
        rows.append((self.write(rest)[0], "otherwise", ""))
        cells = "".join(
            f"<mtr><mtd>{value}</mtd><mtd><mtext>{word} </mtext>{test}</mtd></mtr>"
            for value, word, test in rows
        )
        return _row(_sign("{"), f'<mtable columnalign="left">{cells}</mtable>'), ATOM

    def _call(self, node: ast.Call) -> tuple[str, int]:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self._over(name, node.args[0]), PRODUCT
        if name == "sqrt":
            return f"<msqrt>{self.write(node.args[0])[0]}</msqrt>", ATOM
        if name in FENCES:
            start, end = FENCES[name]
            return _row(_sign(start), self.write(node.args[0])[0], _sign(end)), ATOM
        if name == "integral":
            what, over = (self.write(each)[0] for each in node.args)
            return _row(_sign("∫"), what, "<mi>d</mi>", over), PRODUCT
        inner = _sign(",").join(self.write(each)[0] for each in node.args)
        called = _symbol(self.symbols.get(name, name))
        return called + _row(_sign("("), inner, _sign(")")), ATOM

    def _over(self, name: str, node: ast.GeneratorExp) -> str:
        ranges = _sign(",").join(
            self.write(each.target)[0] + _sign("∈") + self.write(each.iter)[0]
            for each in node.generators
        )
        tests = "".join(
            _sign(":") + self.write(test)[0] for each in node.generators for test in each.ifs
        )
        sign = BIG.get(name, name)
        under = f"<munder><mo>{sign}</mo>{_row(ranges, tests)}</munder>"
        return under + self.tight(node.elt, PRODUCT)
