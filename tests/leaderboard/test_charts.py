"""Charts and quantities, without a database."""

import json
import math
import re
from base64 import b64decode

import numpy as np
import plotly.graph_objects as go
import pytest

from leaderboard import axes, bar_drawings, charts, drawings, dressing, labels, quantities
from leaderboard.core import metrics, pareto
from leaderboard.findings import finding
from leaderboard.models.evidence import Points


def scatter(rows, metrics_=("node_energy", "quality"), *, layer=None, names=None, **options):
    """A chart of (x, y) rows, or of ((low, value, high), …) rows."""
    parts = np.array(
        [[part if isinstance(part, tuple) else (part,) * 3 for part in row] for row in rows], float
    ).reshape(len(rows), 2, 3)
    value, low, high = parts[:, :, 1], parts[:, :, 0], parts[:, :, 2]
    points = Points(
        np.arange(1, len(rows) + 1), metrics_, value, low, high, np.ones(value.shape, np.int16)
    )
    directions = [metrics.get(metric).better for metric in metrics_]
    layers = pareto.all_layers(value, directions) if layer is None else np.array(layer)
    scales = [quantities.scale(metric, value[:, column]) for column, metric in enumerate(metrics_)]

    def name(entry):
        return names[entry - 1] if names else f"Entry {entry}"

    return charts.Scatter.of(
        points,
        layers,
        scales,
        names=name,
        short_names=lambda entries: {entry: name(entry) for entry in entries},
        **options,
    )


# Quantities


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (0.00123456, "0.00123"),
        (0.5, "0.500"),
        (19.66, "19.7"),
        (999.6, "1,000"),
        (1059.4, "1,059"),
        (12_345, "12,300"),
        (-3.21, "−3.21"),
        (-0.0, "0"),
    ],
)
def test_numbers_have_three_digits_commas_and_a_true_minus(value, written):
    assert quantities.number(value, quantities.decimals_of(value, None)) == written


def test_a_narrow_interval_shows_one_more_digit():
    scale = quantities.Scale(1, "J")

    assert scale.number(19.66, low=19.61, high=19.7) == "19.66"
    assert scale.number(19.66, low=15, high=25) == "19.7"


def test_an_interval_as_wide_as_its_value_shows_one_digit_less():
    scale = quantities.Scale(1, "kg")

    assert scale.number(1.491, low=0.5, high=2.1) == "1.5"
    assert scale.number(0.0346, low=0.01, high=0.09) == "0.035"
    assert scale.number(2515, low=587, high=8800) == "2,515"


@pytest.mark.parametrize(
    ("metric", "values", "unit"),
    [
        ("node_energy", [5e-4], "µJ"),
        ("node_energy", [0.2, 3, 50], "J"),
        ("node_energy", [2e3, 2e4], "kJ"),
        ("node_energy", [3.6e6], "kWh"),
        ("facility_energy", [4e9, 4e13], "MWh"),
        ("quality", [0.5], "%"),
        ("latency", [0.02], "ms"),
        ("carbon", [2e-3], "g CO₂e"),
        ("material", [2e-6], "mg"),
        ("abiotic_depletion", [2e-6], "mg Sb eq"),
        ("device_carbon", [126.8], "kg CO₂e"),
        ("node_energy_per_token", [0.02], "mJ/token"),
        ("energy_per_image", [3500], "kJ/image"),
        ("tokens_per_joule", [4], "tokens/J"),
        ("tokens_out", [300], "tokens"),
        ("intelligence_per_watt", [0.0022], "per kW"),
        ("intelligence_per_joule", [0.02], "per kJ"),
        ("memory", [2**30], "GB"),
        ("power", [400], "W"),
        ("gpu_lives", [40], "device lives"),
        ("throughput", [3000], "tokens/s"),
        ("cost", [], "USD"),
        ("training_compute", [3e23], "10²¹ FLOP"),
    ],
)
def test_a_column_has_one_unit_that_fits_its_middle(metric, values, unit):
    assert quantities.scale(metric, values).unit == unit


def test_a_whole_rung_is_written_as_one():
    assert quantities.alone("facility_energy", 3.6e9) == "1.00\u00a0MWh"
    assert quantities.alone("quality", 0.731) == "73.1\u00a0%"


def test_a_power_of_ten_is_multiplied():
    assert quantities.alone("training_compute", 2.578e24) == "2.58\u00a0×\u00a010²⁴ FLOP"
    assert quantities.alone("gpu_lives", 5.7e-5) == "57.0\u00a0× 10⁻⁶ device lives"


def test_decimals_line_up():
    assert [quantities.pad(text, 2) for text in ("1,059", "19.7", "8.89")] == [".00", "0", ""]


# Geometry


def test_the_frontier_goes_across_and_then_up_where_less_of_x_is_better():
    chart = scatter([(1, 0.2), (2, 0.6), (4, 0.9), (3, 0.3)])

    assert chart.points.entries[chart.steps].tolist() == [1, 2, 3]
    assert chart.shape == "hv"
    (_, first_y), (corner_x, corner_y), *_ = chart.path()
    assert corner_y == first_y
    assert corner_x == chart.x.place(2)


def test_the_frontier_goes_down_and_then_across_where_more_of_x_is_better():
    chart = scatter([(1, 0.9), (2, 0.6), (3, 0.2)], ("throughput", "quality"))

    assert chart.shape == "vh"
    (first_x, _), (corner_x, corner_y), *_ = chart.path()
    assert corner_x == first_x
    assert corner_y == chart.y.place(0.6)


@pytest.mark.parametrize(
    "pair", [("node_energy", "quality"), ("node_energy", "latency"), ("throughput", "quality")]
)
def test_nothing_lies_on_the_better_side_of_the_line(pair):
    random = np.random.default_rng(7)
    rows = [(x, y) for x, y in random.uniform(0.1, 1, (200, 2))]
    chart = scatter(rows, pair)
    corners = chart.path()
    better = [metrics.get(metric).better for metric in pair]

    for x, y in zip(
        chart.x.place(chart.points.value[:, 0]),
        chart.y.place(chart.points.value[:, 1]),
        strict=True,
    ):
        # A point strictly better than some corner on both sides would be on the frontier itself.
        beats_corner = any(
            (x - a) * better[0] > 1e-9 and (y - b) * better[1] > 1e-9 for a, b in corners[::2]
        )
        assert not beats_corner


def test_amounts_are_logarithmic_when_they_span_much_and_shares_never_are():
    wide = scatter([(1, 0.2), (100, 0.9)])
    near = scatter([(1, 0.2), (2, 0.9)])

    assert (wide.x.is_log, wide.y.is_log, near.x.is_log) == (True, False, False)
    assert scatter([(1, 0.2), (100, 0.9)], wish="linear").x.is_log is False
    assert scatter([(1, 0.2), (2, 0.9)], wish="log").x.is_log is True


def test_a_zero_is_drawn_on_a_linear_axis():
    chart = scatter([(0, 0.2), (100, 0.9)], wish="log")

    assert chart.x.is_log is False
    assert len(chart) == 2


def test_entries_without_one_of_the_two_are_left_out_and_counted():
    chart = scatter([(1, 0.2), (math.nan, 0.5), (3, math.nan)], layer=[1, 1, 1])

    assert (len(chart), chart.left_out) == (1, 2)


@pytest.mark.parametrize("rows", [[], [(1, 0.5)], [(1, 0.5), (1, 0.5)], [(0, 0), (0, 0)]])
def test_charts_of_few_or_equal_points_can_be_drawn(rows):
    chart = scatter(rows)

    assert drawings.scatter(chart, 1000, 500, "k", "", most=5).endswith("</svg>")
    assert drawings.thumbnail(chart, "t").endswith("</svg>")
    go.Figure(dressing.dressed(chart.figure()))


@pytest.mark.parametrize("low", [1e-9, 0.37, 12, 1e7])
@pytest.mark.parametrize("ratio", [1.1, 3, 40, 1e5, 1e12])
def test_axes_have_a_few_ticks_inside(low, ratio):
    high = low * ratio
    hair = 1e-6 * (high - low)
    for ticks in (axes.log_ticks(low, high), axes.linear_ticks(low, high)):
        assert all(low - hair <= value <= high + hair for value, _ in ticks)
        assert len(ticks) <= 20
    assert len(axes.linear_ticks(low, high)) >= 3


def test_labels_do_not_cover_each_other():
    random = np.random.default_rng(3)
    x = np.sort(random.uniform(1, 100, 40))
    chart = scatter([(a, b) for a, b in zip(x, np.sort(random.uniform(0, 1, 40)), strict=True)])
    beside = labels.Labels(chart, 960, 430)
    dots = len(beside.taken)
    placed = beside.placed(14)

    boxes = beside.taken[dots:]
    assert placed
    for one in range(len(boxes)):
        for other in range(one):
            a, b = boxes[one], boxes[other]
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]


def test_labels_leave_the_ring_and_the_rest_of_the_frontier_free():
    # Entry 2 is the knee; entry 4 is on the frontier by another objective, right beside it.
    chart = scatter([(1, 0.2), (2, 0.7), (100, 0.75), (2.3, 0.68)], layer=[1, 1, 1, 1])
    beside = labels.Labels(chart, 960, 430)
    x, y = beside.x.tolist(), beside.y.tolist()
    free = {(x[1], y[1], 11), (x[3], y[3], 4.5)}

    beside.placed(14)
    names = beside.taken[-3:]

    assert chart.bend == 1
    for left, top, right, bottom in names:
        for at, height, radius in free:
            assert not (
                left < at + radius
                and right > at - radius
                and top < height + radius
                and bottom > height - radius
            )


# Thinning


def test_a_crowd_carries_no_names_but_says_where_everybody_is():
    random = np.random.default_rng(5)
    chart = scatter([(x, y) for x, y in random.uniform(0.01, 1, (3000, 2))])
    crowd = chart.crowd()
    groups = chart.groups()
    places = np.concatenate([groups["dominated"], groups["estimated"]])

    def column(name, kind):
        return np.frombuffer(b64decode(crowd[name]), kind)

    assert crowd["count"] == len(places) > 2900
    assert column("entry", "<u4").tolist() == chart.points.entries[places].tolist()
    assert column("layer", "u1").tolist() == np.minimum(chart.layer[places], 255).tolist()
    assert column("x", "<u2") / 65535 == pytest.approx(
        chart.x.place(chart.points.value[places, 0]), abs=1e-5
    )
    assert column("y", "<u2") / 65535 == pytest.approx(
        chart.y.place(chart.points.value[places, 1]), abs=1e-5
    )
    traces = chart.figure()["data"]
    assert {trace["meta"]["style"] for trace in traces} == {
        *("frontier_line", "frontier_reach", "frontier", "knee")
    }


def test_the_area_of_a_point_tells_its_share_of_the_largest():
    chart = scatter([(1, 0.1), (2, 0.2), (3, 0.3)], sized=np.array([100.0, 25.0, np.nan]))
    small, large = charts.SMALLEST, charts.LARGEST

    assert chart.radius(np.arange(3)).tolist() == [large, (small + large) / 2, small]
    assert f'r="{large}"' in drawings.scatter(chart, 1000, 500, "k", "", most=14)


def test_further_layers_are_lines_of_the_two_metrics_shown():
    rows = [(1, 0.1), (2, 0.2), (2, 0.1), (3, 0.2), (4, 0.1)]
    chart = scatter(rows, lines=3, layer=[1] * 5)

    assert [places.tolist() for places in chart.further_steps] == [[2, 3], [4]]
    styles = [trace["meta"]["style"] for trace in chart.figure()["data"]]
    assert styles.count("layer_line") == 2


def test_a_large_drawing_stays_small():
    random = np.random.default_rng(5)
    chart = scatter([(x, y) for x, y in random.uniform(0.01, 1, (5000, 2))])

    assert len(drawings.scatter(chart, 1000, 500, "k", "", most=14)) < 150_000


# The figure


def test_a_figure_is_one_that_plotly_takes():
    chart = scatter([((1, 2, 3), 0.2), (20, (0.5, 0.6, 0.7)), (40, 0.3)])

    for theme in ("light", "dark"):
        figure = go.Figure(dressing.dressed(chart.figure(), theme))
        assert len(figure.data) == 5


def test_estimates_stay_hollow_beside_the_line():
    chart = scatter([(1, 0.2), (4, 0.9), (2, 0.1), (3, 0.1)], layer=[1, 1, 1, 1])
    chart.points.origin[2] = charts.ESTIMATED[0]

    by_style = {one["meta"]["style"]: one for one in dressing.dressed(chart.figure())["data"]}
    estimated, other = by_style["other_objectives_estimated"], by_style["other_objectives"]

    assert (estimated["x"], other["x"]) == ([2.0], [3.0])
    assert estimated["marker"]["color"] == other["marker"]["line"]["color"]
    assert drawings.scatter(chart, 1000, 500, "k", "", most=5).count("point open") == 1


def test_a_figure_is_json_without_nan():
    chart = scatter([(1, 0.2), (math.nan, 0.5), (4, 0.9)], layer=[1, 1, 1])

    assert json.loads(json.dumps(chart.figure(), allow_nan=False))["data"]


def test_names_are_escaped_in_figure_and_drawing():
    chart = scatter([(1, 0.2), (4, 0.9)], names=["<b>x</b>", "a & b"])

    assert "<b>x</b>" not in json.dumps([trace.get("text") for trace in chart.figure()["data"]])
    assert "&lt;b&gt;x" in drawings.scatter(chart, 1000, 500, "k", "", most=5)


def test_bars_start_at_zero_and_carry_their_table_value():
    drawing = bar_drawings.bars(
        [
            bar_drawings.Bar("Heat sink", 1250, "1,250 g"),
            bar_drawings.Bar("<Board>", 220, "220 g", 200, 260),
        ],
        "Mass by part",
        "g",
        "parts",
        "material",
    )

    assert drawing.count("1,250 g") == 2
    assert "&lt;Board&gt;" in drawing
    assert re.search(r'<line class="axis" x1="230" x2="230"', drawing)


def test_names_too_long_for_their_place_stand_whole_above_their_bars():
    name = "Boavizta BoaviztAPI 2.5.0 parametric model, embedded total"
    rows = [bar_drawings.Bar(name, 319, "319"), bar_drawings.Bar("Falk", 128, "128")]

    wide, narrow = bar_drawings.bars(rows, "Carbon", "kg", "carbon", "carbon").split("</svg>")[:2]

    assert f">{name}</text>" in wide
    assert ">Falk</text>" in narrow
    assert '<line class="axis" x1="1" x2="1"' in wide
    assert wide.count('class="middle" x="1.0"') == 0


# Findings


def test_a_finding_tells_the_bend_and_what_more_costs():
    chart = scatter([(1, 0.2), (2, 0.7), (100, 0.75)])

    assert finding(chart) == (
        "Entry 2 reaches 70.0\u00a0% quality for 2.00\u00a0J; "
        "5.0 more points of quality take 50\u00a0times the node energy."
    )


def test_a_finding_claims_nothing_that_the_bounds_do_not_bear():
    chart = scatter([(1, 0.2), (2, (0.6, 0.7, 0.8)), (100, (0.7, 0.75, 0.8))])

    assert finding(chart).endswith("none is clearly ahead of it on quality.")


def test_a_finding_of_one_winner_and_of_none():
    assert finding(scatter([(1, 0.9), (2, 0.5)])) == (
        "Entry 1 is ahead on both: 90.0\u00a0% quality and 1.00\u00a0J."
    )
    assert finding(scatter([])) == ""


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("grain", [1, 2])
def test_a_path_of_dots_has_each_spot_once(seed, grain):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-20, 40, (2, rng.integers(1, 3000)))

    steps = re.findall(r"m(-?\d+) (-?\d+)h0", path := drawings.dotted(x, y, grain))

    assert path == "".join(f"m{across} {down}h0" for across, down in steps)
    spots = np.cumsum(np.array(steps, int), axis=0).tolist()
    assert len(spots) == len({tuple(spot) for spot in spots})
    # Python rounds halves to even numbers, as the drawing does.
    assert {tuple(spot) for spot in spots} == {
        (grain * round(a / grain), grain * round(b / grain))
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    }
    assert drawings.dotted(x[:0], y[:0]) == ""


def test_strips_of_a_column_are_those_of_its_numbers():
    column = scatter([(1, 0.5), (10, 0.6), (1000, 0.9)]).x
    value, low, high = np.array([1, 30, 1000.0]), np.array([1, 20, 0.0]), np.array([1, 40, 2000.0])

    together = drawings.strips(column, value, low, high, "energy")

    # No interval; one inside; one over both ends, cut there. The middle one stands where the axis
    # says.
    assert ["hue-line" in one for one in together] == [False, True, True]
    assert 'x1="3.0" x2="53.0"' in together[2]
    place = 3 + 50 * float(column.place(30)) - 7.5 / 2
    assert f"translate({place:.1f} " in together[1]
