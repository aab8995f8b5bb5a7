"""Styles for figures that name them by meaning.

`plotly-template.json` says what they look like in light and dark, `dressed` puts them on a figure,
and `board.js` does the same when the theme changes.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.html import escape

TEMPLATE = Path(__file__).parent.parent / "static" / "plotly-template.json"


@lru_cache(maxsize=1)
def template() -> dict[str, Any]:
    return json.loads(TEMPLATE.read_text())


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`base` with `more` laid over it, dictionaries inside as well."""
    result = dict(base)
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def dressed(figure: dict[str, Any], theme: str = "light") -> dict[str, Any]:
    """The figure with the styles of a theme: what Plotly draws without further help."""
    styles, notes = template()["traces"][theme], template()["annotations"][theme]
    (x_text, x_arrow), (y_text, y_arrow) = figure["titles"]["x"], figure["titles"]["y"]
    faint = styles["faint"]
    annotations = [
        notes["y_title"]
        | {"text": f"<b>{escape(y_text)}</b>  <span style='color:{faint}'>{y_arrow}</span>"},
        notes["x_title"]
        | {"text": f"<span style='color:{faint}'>{x_arrow}</span>  <b>{escape(x_text)}</b>"},
        *(
            notes[label["meaning"]] | without(label, "meaning")
            for label in figure["labels"]["wide"]
        ),
    ]
    return {
        "data": [merged(styles[trace["meta"]["style"]], trace) for trace in figure["data"]],
        "layout": figure["layout"]
        | {"template": template()[theme], "annotations": annotations, "height": 500},
    }


def without(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != key}
