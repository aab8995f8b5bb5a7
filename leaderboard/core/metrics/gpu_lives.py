"""Device lives that are used up ("equivalent hardware lifetimes consumed").

Published hours beat the estimate: hours / life. What is not a training uses up the share of a
device's life for which it keeps devices busy: device time / life. Where only the compute of a
training is known, it is turned into lives of an A100: FLOP / (312e12 FLOP/s x MFU x life), MFU 0.35
(0.20 to 0.60), life 2 years (1 to 5). It is not the number of devices that ran at one time.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

# Compute of GPT-4 and LLaMA-2 70B, FLOP.
GPT4, LLAMA2 = 6 * 222e9 * 13e12, 6 * 70e9 * 2e12
# More than a billion times the largest training so far: a slip of the pen.
MOST_FLOP = 1e35
MFU = Input(
    "mfu",
    "achieved share of the device's peak rate",
    default=footprint.MFU,
    above=0,
    at_most=1,
    symbol="MFU",
)
LIFE = Input(
    "lifespan_years",
    "years of 365 days until a device is replaced",
    "year",
    default=footprint.LIFE / footprint.YEAR_S,
    above=0,
    at_most=100,
    symbol="L",
)
PEAK = Input(
    "peak_flops",
    "peak rate of one device; an A100's dense 16-bit rate unless said otherwise",
    "FLOP/s",
    default=footprint.A100_PEAK_FLOPS,
    above=0,
    symbol="F_peak",
)
UTILISATION = Input(
    "utilisation",
    "share of its life in which the device is busy",
    default=1.0,
    above=0,
    at_most=1,
    symbol="u",
)

METRIC = Metric(
    "gpu_lives",
    "Device lives",
    "1",
    LOWER,
    family="material",
    symbol="N_gpu",
    sources=(papers.FOOTPRINTS,),
    edges=(
        "It is kept unrounded; only the printed count is rounded up.",
        "Utilisation or life of zero or less: an error in the data.",
    ),
)


@METRIC.derived(
    "gpu_lives.from_hours/1",
    written="accelerator_time / device_life",
    examples=[
        Example({"accelerator_time": 63_072_000.0, "device_life": footprint.LIFE_IN_YEARS}, 1)
    ],
)
def from_hours(accelerator_time, device_life):
    return accelerator_time / device_life


@METRIC.derived(
    "gpu_lives.from_device_time/1",
    written="device_time / device_life",
    examples=[Example({"device_time": 630.72, "device_life": footprint.LIFE_IN_YEARS}, 1e-5)],
)
def from_device_time(device_time, device_life):
    return device_time / device_life


@METRIC.derived(
    "gpu_lives.from_compute/1",
    written='training_compute / ("A100 peak" * MFU * "life")',
    badge="reconstructed",
    examples=[
        Example({"training_compute": GPT4}, 2514.13, "T01c: GPT-4, printed as 2,515", 0.005),
        Example({"training_compute": LLAMA2}, 121.96, "T01e: LLaMA-2 70B, printed as 122", 0.005),
    ],
)
def from_compute(training_compute):
    return footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)


@METRIC.computed(
    "gpu_lives.scenario/1",
    [
        Input(
            "training_compute",
            "operations of the training run",
            "FLOP",
            above=0,
            at_most=MOST_FLOP,
            symbol="F",
        ),
        MFU,
        LIFE,
        PEAK,
        UTILISATION,
    ],
    written="training_compute / (peak_flops * mfu * lifespan_years * 31536000 * utilisation)",
    badge="reconstructed",
    examples=[
        Example(
            {"training_compute": GPT4, "mfu": 0.20, "lifespan_years": 1},
            8799.467,
            "T01a: GPT-4, printed as 8,800",
            5e-4,
        ),
    ],
)
def scenario(training_compute, mfu, lifespan_years, peak_flops, utilisation):
    life = lifespan_years * footprint.YEAR_S * utilisation
    return footprint.lives(training_compute, mfu=mfu, life=life, peak_flops=peak_flops)
