"""How loss falls with fine-tuning data: the rectified scaling law, beside the vanilla one.

The rectified law adds what the model had already learnt (the pre-learned data size). Both are
fitted to the logarithm of the loss from several starts. A forecast beyond four times the largest
amount of data is flagged.
"""

import math

import numpy as np
from scipy.optimize import least_squares

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NUMBER, NUMBERS, TABLE, Example, Input, Missing

FAR = 4.0
LOSSES: tuple[float, ...] = (
    4.247949918,
    4.188166777,
    4.086900075,
    3.946466605,
    3.808449984,
    3.645450115,
    3.420799971,
)
LOSSES += (3.165299892, 2.91552496, 2.652625084, 2.382649899, 2.151550055, 1.91655004, 1.742699981)
MEASURED = [{"data": 200 * 2**place, "loss": loss} for place, loss in enumerate(LOSSES)]

ANALYSIS = Analysis(
    "rectified_scaling",
    "Rectified scaling law",
    (
        Input(
            "losses",
            "loss after so many examples of fine-tuning",
            "1",
            TABLE,
            columns=(
                Input("data", "examples", "count", NUMBER, at_least=0),
                Input("loss", "loss", "1", NUMBER, above=0),
            ),
            most=500,
        ),
        Input("forecast", "amounts of data to forecast", "count", NUMBERS, default=(), above=0),
    ),
    {
        "rmsd": "root mean square of the logarithms' differences",
        "beta": "exponent",
        "floor": "loss that is never reached, E",
        "prelearned": "pre-learned data size D_l",
        "scale": "B",
        "vanilla_rmsd": "the same for the vanilla law",
        "forecast": "loss by amount of data, with what is far beyond the data flagged",
    },
    """
    L(D) = B / (D_l + D**beta) + E
    RMSD = sqrt(mean((ln(L_pred[i]) - ln(L[i]))**2 for i in losses))
    """,
    "verified in text",
    (papers.RECTIFIED,),
    (
        Example(
            {"losses": MEASURED, "forecast": [6_553_600.0]},
            {"rmsd": 0.0027},
            "T17a: LaMini-GPT-124M on FLAN",
            5e-5,
        ),
    ),
    edges=("Fewer than five points with data: missing. No data is skipped.",),
)


def rectified(parameters, log_data):
    top, floor, b, beta = parameters
    falling = np.exp(-np.logaddexp(0.0, b + beta * log_data))
    return (top - abs(floor)) * falling + abs(floor)


def vanilla(parameters, log_data):
    log_scale, beta, floor, alpha = parameters
    return (np.exp(-log_scale - beta * log_data) + abs(floor)) ** alpha


def fitted(law, starts, log_data, log_loss):
    """The parameters with the least squares, and the root of their mean."""

    def residuals(parameters):
        with np.errstate(all="ignore"):
            loss = law(parameters, log_data)
            return np.nan_to_num(np.log(np.maximum(loss, 1e-300)) - log_loss, nan=1e3, posinf=1e3)

    found = [least_squares(residuals, start, x_scale="jac", max_nfev=200) for start in starts]
    best = min(found, key=lambda each: each.cost)
    return best.x, math.sqrt(2 * best.cost / len(log_data))


@ANALYSIS.by
def fit(losses, forecast):
    rows = [row for row in losses if row["data"] > 0]
    if len({row["data"] for row in rows}) < 5:
        raise Missing("a fit takes five amounts of data", field="losses")
    log_data = np.log([row["data"] for row in rows])
    loss = np.array([row["loss"] for row in rows])
    top, low, middle = float(loss.max()), float(loss.min()), float(np.median(log_data))
    starts = [
        (top * 1.05, share * low, -beta * middle, beta)
        for share in (0.1, 0.5, 0.9)
        for beta in (0.3, 0.6, 1.0)
    ]
    (height, floor, b, beta), rmsd = fitted(rectified, starts, log_data, np.log(loss))
    plain = [
        (scale, beta, floor, alpha)
        for scale in (-5.0, 0.0)
        for beta in (0.1, 0.5)
        for floor in (0.1, 1.0)
        for alpha in (0.5, 1.0)
    ]
    _, vanilla_rmsd = fitted(vanilla, plain, log_data, np.log(loss))
    floor, largest = abs(floor), float(np.exp(log_data.max()))
    return {
        "rmsd": rmsd,
        "beta": float(beta),
        "floor": float(floor),
        "prelearned": math.exp(-b),
        "scale": float((height - floor) * math.exp(-b)),
        "vanilla_rmsd": vanilla_rmsd,
        "forecast": [
            {
                "data": data,
                "loss": float(rectified((height, floor, b, beta), math.log(data))),
                "is_far": data > FAR * largest,
            }
            for data in forecast
        ],
    }
