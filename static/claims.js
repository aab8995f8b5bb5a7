// The charts of claims in Plotly. The server has drawn them already as they stand here; this
// replaces the drawings with ones that answer the pointer. Colours follow the theme.

const root = document.documentElement;
const NARROW = 560;
const PAPER = { light: "#ffffff", dark: "#141517" };
const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };

function theme() {
  if (root.dataset.theme) return root.dataset.theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

// A trace with the colour of its family: reaches are hairlines, spans are bars, marks are filled.
function dressed(trace, colours, paper) {
  const colour = colours[trace.meta.family];
  if (trace.meta.style === "claim_mark") {
    const size = trace.marker.symbol.map((symbol) => (symbol === "circle" ? 10 : 13));
    const marker = { ...trace.marker, color: colour, size, opacity: 1, line: { color: paper, width: 1 } };
    return { ...trace, type: "scatter", mode: "markers", marker };
  }
  const width = trace.meta.style === "claim_span" ? 4 : 1;
  return { ...trace, type: "scatter", mode: "lines", line: { color: colour, width } };
}

function layoutOf(figure, box, styles, now) {
  const narrow = box.clientWidth < NARROW;
  const size = figure.sizes[narrow ? "narrow" : "wide"];
  // On phones names stand over the lines of the chart.
  const bgcolor = narrow ? PAPER[now] : undefined;
  const { font } = styles.annotations[now].x_title;
  const base = { showarrow: false, yanchor: "middle", yref: "y", xref: "paper", font };
  const title = { ...base, yref: "paper", y: 0, yanchor: "top", yshift: -22, x: 1, xanchor: "right", text: `<b>${figure.title}</b>` };
  const axis = styles[now].layout.xaxis.linecolor;
  const line = { type: "line", xref: "x", yref: "paper", x0: figure.neutral, x1: figure.neutral, y0: 0, y1: 1, layer: "above", line: { color: axis, width: 1 } };
  const plotted = box.clientWidth - size.left - size.right;
  return {
    ...figure.layout,
    xaxis: { ...figure.layout.xaxis, ...spaced(figure.layout.xaxis, plotted) },
    template: styles[now],
    height: size.height,
    margin: { l: size.left, r: size.right, t: 0, b: 44, pad: 0 },
    annotations: [title, ...size.labels.map((label) => ({ ...base, bgcolor, ...label }))],
    shapes: figure.neutral === null ? [] : [line],
  };
}

// Fewer numbers along a short axis.
function spaced(axis, width) {
  const every = Math.ceil((axis.ticktext.join("  ").length * 9.5) / width);
  const keep = (_, index) => index % every === 0;
  return { tickvals: axis.tickvals.filter(keep), ticktext: axis.ticktext.filter(keep) };
}

async function draw(box, figure, styles) {
  const target = document.createElement("div");
  target.className = "plotly-box";
  target.setAttribute("role", "img");
  target.setAttribute("aria-label", box.querySelector("desc").textContent);
  box.append(target);
  const both = () => {
    const now = theme();
    const traces = figure.data.map((trace) => dressed(trace, styles.techniques[now], PAPER[now]));
    return [traces, layoutOf(figure, box, styles, now)];
  };
  await Plotly.newPlot(target, ...both(), CONFIG);
  box.classList.add("is-drawn");
  target.on("plotly_click", (event) => location.assign(event.points[0].customdata));
  let wasNarrow = box.clientWidth < NARROW;
  const redress = () => Plotly.react(target, ...both(), CONFIG);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redress);
  new ResizeObserver(() => {
    if (wasNarrow === box.clientWidth < NARROW) return;
    wasNarrow = !wasNarrow;
    redress();
  }).observe(box);
}

async function drawAll() {
  const boxes = [...document.querySelectorAll(".plot[data-figure]")];
  const data = document.getElementById("figures");
  if (!boxes.length || !data || !globalThis.Plotly) return;
  const styles = await (await fetch(boxes[0].dataset.styles)).json();
  const figures = JSON.parse(data.textContent);
  for (const box of boxes) await draw(box, figures[box.dataset.figure], styles);
}

drawAll();
