// The board's chart in Plotly, and filters without a page load. The server has drawn the chart
// and the table already; this replaces the drawing with one that answers the pointer. It speaks to
// site.js by events: an import would load that script a second time beside its hashed name.

const root = document.documentElement;
const NARROW = 560;
const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };
const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
let styles = null;

const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

function merged(base, more) {
  const result = { ...base };
  for (const [key, value] of Object.entries(more)) {
    result[key] = isObject(value) && isObject(result[key]) ? merged(result[key], value) : value;
  }
  return result;
}

function theme() {
  if (root.dataset.theme) return root.dataset.theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

// Text from the page, for Plotly's kind of HTML.
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

// The figure names its styles by meaning; here they become colours. charts.dressed does the same.
function dressed(figure, box) {
  const now = theme();
  const traces = styles.traces[now];
  const notes = styles.annotations[now];
  const narrow = box.clientWidth < NARROW;
  const [xText, xArrow] = figure.titles.x.map(escaped);
  const [yText, yArrow] = figure.titles.y.map(escaped);
  const faint = (text) => `<span style='color:${traces.faint}'>${text}</span>`;
  const gutter = Math.max(34, 14 + 6.9 * Math.max(...figure.layout.yaxis.ticktext.map((t) => t.length)));
  const labels = figure.labels[narrow ? "narrow" : "wide"];
  const layout = {
    ...figure.layout,
    template: styles[now],
    height: narrow ? 340 : 500,
    margin: { l: gutter, r: 14, t: 26, b: 40, pad: 0 },
    annotations: [
      { ...notes.y_title, xshift: -gutter, text: `<b>${yText}</b>  ${faint(yArrow)}` },
      { ...notes.x_title, text: `${faint(xArrow)}  <b>${xText}</b>` },
      ...labels.map((label) => ({ ...notes[label.meaning], ...label, meaning: undefined })),
    ],
  };
  if (narrow) layout.xaxis = { ...layout.xaxis, ...spaced(layout.xaxis, box.clientWidth - gutter) };
  return { data: figure.data.map((trace) => merged(traces[trace.meta.style], trace)), layout };
}

// Fewer numbers along a short axis.
function spaced(axis, width) {
  const every = Math.ceil((axis.ticktext.join("  ").length * 9.5) / width);
  const keep = (_, index) => index % every === 0;
  return { tickvals: axis.tickvals.filter(keep), ticktext: axis.ticktext.filter(keep) };
}

function sayPoint(figure, point) {
  const strip = document.querySelector(".linked-entry");
  const [entry, layer] = point.customdata;
  const written = (axis) => {
    const error = point.data[`error_${axis}`];
    const value = point[axis];
    const [up, down] = [error?.array?.[point.pointIndex], error?.arrayminus?.[point.pointIndex]];
    const bounds = up || down ? ` (${digits.format(value - down)}–${digits.format(value + up)})` : "";
    return `${digits.format(value)}\u00a0${figure.layout.meta[axis].unit}${bounds}`;
  };
  const name = document.createElement("strong");
  name.textContent = new DOMParser().parseFromString(point.text, "text/html").body.textContent;
  const place = layer ? ` Layer ${layer}.` : "";
  strip.querySelector("p").replaceChildren(name, `: ${written("y")}, ${written("x")}.${place}`);
  strip.querySelector("a").href = `/entries/${entry}/`;
  strip.hidden = false;
  document.dispatchEvent(new CustomEvent("entry:linked", { detail: entry }));
}

async function draw() {
  const box = document.querySelector(".plot");
  const data = document.getElementById("figure");
  if (!box || !data || !globalThis.Plotly) return;
  styles ??= await (await fetch(box.dataset.styles)).json();
  const figure = JSON.parse(data.textContent);
  const target = document.createElement("div");
  target.className = "plotly-box";
  target.setAttribute("role", "img");
  target.setAttribute("aria-label", box.querySelector("desc")?.textContent ?? "");
  box.append(target);
  const { data: traces, layout } = dressed(figure, box);
  await Plotly.newPlot(target, traces, layout, CONFIG);
  box.classList.add("is-drawn");
  target.on("plotly_hover", (event) => sayPoint(figure, event.points[0]));
  target.on("plotly_click", (event) => sayPoint(figure, event.points[0]));
  let wasNarrow = box.clientWidth < NARROW;
  const redress = () => {
    const again = dressed(figure, box);
    Plotly.react(target, again.data, again.layout, CONFIG);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redress);
  new ResizeObserver(() => {
    if (wasNarrow === box.clientWidth < NARROW) return;
    wasNarrow = !wasNarrow;
    redress();
  }).observe(box);
}

// The question as an address, without what is empty or as usual.
function address(form) {
  const query = new URLSearchParams();
  const ranked = [];
  for (const control of form.elements) {
    const { name, value, type } = control;
    if (!name || (["checkbox", "radio"].includes(type) && !control.checked)) continue;
    if (name === "objectives") ranked.push(value);
    else if (value && value !== control.dataset.usual) query.append(name, value);
  }
  const usual = document.querySelector(".tick-list").dataset.usual.split(",");
  if (ranked.length && [...ranked].sort().join() !== [...usual].sort().join()) {
    query.set("objectives", ranked.join(","));
  }
  return `${form.getAttribute("action")}?${query}`.replace(/%2C/g, ",");
}

async function show(url, push = true) {
  const main = document.getElementById("main");
  main.setAttribute("aria-busy", "true");
  const answer = await fetch(url);
  if (!answer.ok) return location.assign(url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement;
  const wasOpen = document.querySelector(".panel")?.open;
  main.replaceWith(document.adoptNode(page.getElementById("main")));
  document.title = page.title;
  if (push) history.pushState(null, "", url);
  if (wasOpen) document.querySelector(".panel")?.setAttribute("open", "");
  const same = [...document.getElementsByName(focused?.name || "-")].find(
    (one) => one.type !== "checkbox" && one.type !== "radio" || one.value === focused.value,
  );
  same?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("page:changed"));
  return draw();
}

document.addEventListener("change", (event) => {
  if (event.target.form?.id === "view") show(address(event.target.form));
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "view") return;
  event.preventDefault();
  show(address(event.target));
});
addEventListener("popstate", () => show(location.href, false));

draw();
