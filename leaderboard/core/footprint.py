"""Material and embodied impacts of hardware (metrics-spec, section 1).

Sources: Falk et al., "From FLOPs to Footprints", arXiv 2512.04142, and "More than Carbon",
arXiv 2509.00093. Times in s, masses in kg, compute in FLOP.
"""

from leaderboard.core.interval import Interval

YEAR_S = 31_536_000.0  # 365 days, as the paper needs
A100_PEAK_FLOPS = 312e12  # dense FP16/BF16

MFU = Interval(0.35, 0.20, 0.60)
LIFE = Interval(2 * YEAR_S, 1 * YEAR_S, 5 * YEAR_S)

# About 3,750 kg reported for 2,515 GPUs: reconstructed.
A100_ANALYSED_KG = 1.491
# Sums of the component tables for the A100 SXM4 40 GB; the bounds of the carbon are the lowest
# and highest published figure (ADEME data 111 kg, BoaviztAPI 319 kg), those of the depletion
# BoaviztAPI 0.0038 and the calculator's data 0.0081.
A100_EMBODIED_CARBON_KG = Interval(126.775, 111.0, 319.0)
A100_ABIOTIC_DEPLETION_KG = Interval(0.0063421, 0.0038, 0.0081)


def busy_seconds(compute, *, mfu, peak_flops: float = A100_PEAK_FLOPS):
    """Device seconds that `compute` FLOP take at utilisation `mfu` of the peak rate."""
    return compute / (mfu * peak_flops)


def lives(compute, *, mfu, life, peak_flops: float = A100_PEAK_FLOPS):
    """Device lifetimes used up by `compute` FLOP, not rounded (section 1.1)."""
    return busy_seconds(compute, mfu=mfu, peak_flops=peak_flops) / life
