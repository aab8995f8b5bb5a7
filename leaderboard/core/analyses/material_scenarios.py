"""What a training run uses up, over a grid of utilisations and device lives.

Each scenario gives device lives, the material and toxic material in them, and the devices saved
against a base scenario. The masses are those of an A100 unless said otherwise.
"""

import itertools

from leaderboard.core import footprint, papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NUMBER, NUMBERS, Example, Input
from leaderboard.core.interval import Interval

ANALYSIS = Analysis(
    "material_scenarios",
    "Material of training, by scenario",
    (
        Input("training_compute", "operations of the run", "FLOP", NUMBER, above=0, symbol="F"),
        Input(
            "mfus", "utilisations", "1", NUMBERS, (0.20, 0.35, 0.60), above=0, at_most=1, most=100
        ),
        Input(
            "lifespans", "device lives", "year", NUMBERS, (1.0, 2.0, 3.0, 5.0), above=0, most=100
        ),
        Input("base_mfu", "utilisation of the base", "1", NUMBER, 0.20, above=0, at_most=1),
        Input("base_lifespan", "device life of the base", "year", NUMBER, 1.0, above=0),
        Input(
            "peak_flops",
            "peak rate of one device",
            "FLOP/s",
            NUMBER,
            footprint.A100_PEAK_FLOPS,
            above=0,
            symbol="F_peak",
        ),
        Input("mass", "analysed mass of one device", "kg", NUMBER, footprint.A100_ANALYSED_KG),
        Input(
            "toxic_mass", "toxic mass in it, at most", "kg", NUMBER, footprint.A100_TOXIC_AT_MOST_KG
        ),
    ),
    {"scenarios": "one row per utilisation and life: lives, printed count, kg, share saved"},
    """
    N = training_compute / (peak_flops * mfu * lifespan * 31536000)
    M = N * mass
    saving = 1 - (base_mfu * base_lifespan) / (mfu * lifespan)
    """,
    "reconstructed",
    (papers.FOOTPRINTS,),
    (
        Example(
            {"training_compute": 1.7316e25, "mfus": [0.2, 0.6], "lifespans": [1, 5]},
            {
                "scenarios": [
                    {"mfu": 0.2, "lifespan": 1.0, "printed": 8800, "saving": 0.0},
                    {"mfu": 0.2, "lifespan": 5.0, "printed": 1760, "saving": 0.8},
                    {"mfu": 0.6, "lifespan": 1.0, "printed": 2934},
                    {"mfu": 0.6, "lifespan": 5.0, "printed": 587, "saving": 0.93333},
                ]
            },
            "T01a, T01d; a change by 15 saves 93 %",
            5e-6,
        ),
    ),
)


@ANALYSIS.by
def scenarios(
    training_compute, mfus, lifespans, base_mfu, base_lifespan, peak_flops, mass, toxic_mass
):
    rows = []
    for mfu, lifespan in itertools.product(mfus, lifespans):
        life = lifespan * footprint.YEAR_S
        lives = footprint.lives(training_compute, mfu=mfu, life=life, peak_flops=peak_flops)
        saving = footprint.saving(
            mfu=mfu, life=lifespan, mfu_before=base_mfu, life_before=base_lifespan
        )
        rows.append(
            {
                "mfu": mfu,
                "lifespan": lifespan,
                "lives": lives,
                "printed": footprint.printed(Interval.of(lives).value),
                "material": footprint.material(lives, mass),
                "toxic_material_at_most": footprint.material(lives, toxic_mass),
                "saving": saving,
            }
        )
    return {"scenarios": rows}
