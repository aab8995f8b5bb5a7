// The board's chart in Plotly, and filters without a page load. The server has drawn the chart
// and the table already; this replaces the drawing with one that answers the pointer. It speaks to
// site.js by events: an import would load that script a second time beside its hashed name.

const root = document.documentElement;
const NARROW = 560;
const hasPointer = matchMedia("(pointer: fine)").matches;
const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: "reset" };
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

// The figure names its styles by meaning; here they become colours. dressing.py does the same.
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
    // A box goes in, a double click goes back; fingers scroll the page.
    dragmode: hasPointer ? "zoom" : false,
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

// What the strip below the chart says of an entry comes from the server, which knows who beats it.
let asked = 0;
async function sayEntry(entry) {
  const strip = document.querySelector(".linked-entry");
  const turn = ++asked;
  document.dispatchEvent(new CustomEvent("entry:linked", { detail: entry }));
  const url = new URL(document.querySelector(".plot").dataset.who, location.href);
  url.searchParams.set("entry", entry);
  const answer = await fetch(url);
  if (turn !== asked || !answer.ok) return;
  const told = await answer.json();
  const linked = ({ name, path }) => Object.assign(document.createElement("a"), { href: path, textContent: name });
  const name = document.createElement("strong");
  name.textContent = told.name;
  const place = told.layer ? ` Layer ${told.layer}.` : "";
  const words = [name, `: ${told.values.join(", ")}.${place}`];
  if (told.beaten_by_count) {
    words.push(` Beaten on all objectives by ${told.beaten_by_count.toLocaleString("en")}, nearest `);
    told.beaten_by.forEach((one, index) => words.push(index ? ", " : "", linked(one)));
    words.push(". ", linked({ name: "By how much, and what it would need", path: told.why }));
  } else {
    words.push(" None beats it on all objectives.");
  }
  strip.querySelector("p").replaceChildren(...words);
  strip.querySelector("a.button").href = told.path;
  strip.hidden = false;
}

let resting;
const sayPoint = (point) => {
  clearTimeout(resting);
  resting = setTimeout(() => sayEntry(point.customdata[0]), 60);
};

// Plotly weighs more than all else here. The server's drawing is there already, so it comes when
// the page has been shown and nothing else waits; on a phone, when the chart is touched.
const pageShown = new Promise((done) => {
  if (document.readyState === "complete") done();
  else addEventListener("load", done, { once: true });
});
const idle = () => new Promise((done) => (globalThis.requestIdleCallback ?? setTimeout)(done));
const touched = (box) => new Promise((done) => {
  box.addEventListener("pointerdown", (event) => {
    const entry = event.target.closest("[data-entry]")?.dataset.entry;
    if (entry) sayEntry(Number(entry));
    done();
  }, { once: true });
});
let loading = null;
const loaded = (src) => (loading ??= new Promise((done) => {
  const [onload, onerror] = [() => done(true), () => done(false)];
  document.head.append(Object.assign(document.createElement("script"), { src, onload, onerror }));
}));

async function draw() {
  const box = document.querySelector(".plot");
  const data = document.getElementById("figure");
  if (!box || !data) return;
  await pageShown;
  if (!hasPointer) await touched(box);
  await idle();
  if (!await loaded(box.dataset.plotly)) return;
  styles ??= await (await fetch(box.dataset.styles)).json();
  if (!box.isConnected) return;
  const figure = JSON.parse(data.textContent);
  const target = document.createElement("div");
  target.className = "plotly-box";
  target.setAttribute("role", "img");
  target.setAttribute("aria-label", box.querySelector("desc")?.textContent ?? "");
  box.append(target);
  const { data: traces, layout } = dressed(figure, box);
  await Plotly.newPlot(target, traces, layout, CONFIG);
  box.classList.add("is-drawn");
  target.on("plotly_hover", ({ points: [point], event }) => {
    const dot = target.nearestDot?.(event);
    if (!dot || dot.distance > away(point, event, target)) sayPoint(point);
  });
  target.on("plotly_click", (event) => sayPoint(event.points[0]));
  if (box.dataset.crowd) crowd(target, box.dataset.crowd, figure);
  ring(target, figure);
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

// A ring around the point of the row that the pointer or the keyboard is on.
let lit = null;
let encircle = () => {};
document.addEventListener("entry:lit", (event) => {
  lit = event.detail;
  encircle();
});

function ring(target, figure) {
  const mark = Object.assign(document.createElement("div"), { className: "ring", hidden: true });
  target.append(mark);
  encircle = () => {
    const at = whereIs(lit, target, figure);
    mark.hidden = !at;
    if (at) mark.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
  };
  target.on("plotly_afterplot", encircle);
}

// Where an entry's point is in the box, in pixels; nothing when it is not drawn.
function whereIs(entry, target, figure) {
  const axes = [target._fullLayout.xaxis, target._fullLayout.yaxis];
  const inside = (pixels) => {
    if (!axes.every((axis, side) => pixels[side] >= 0 && pixels[side] <= axis._length)) return null;
    return axes.map((axis, side) => axis._offset + pixels[side]);
  };
  for (const trace of figure.data) {
    const place = trace.customdata?.findIndex(([one]) => one === entry) ?? -1;
    if (place >= 0) return inside(axes.map((axis, side) => axis.d2p(trace["xy"[side]][place])));
  }
  const place = target.dots?.entry.subarray(0, target.dots.count).indexOf(entry) ?? -1;
  if (place < 0) return null;
  const ends = [figure.layout.xaxis.range, figure.layout.yaxis.range];
  return inside(axes.map((axis, side) => {
    const [from, to] = ends[side];
    return axis.r2p(from + ((to - from) * target.dots["xy"[side]][place]) / 65535);
  }));
}

// Many entries: dots on a canvas below Plotly's drawing, which keeps the frontier and the axes.
const decoded = (text, Type) => new Type(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const REACH = 10;

async function crowd(target, url, figure) {
  const answer = await fetch(url);
  if (!answer.ok) return;
  const told = await answer.json();
  const dots = {
    x: decoded(told.x, Uint16Array),
    y: decoded(told.y, Uint16Array),
    entry: decoded(told.entry, Uint32Array),
    kind: decoded(told.kind, Uint8Array),
    radius: decoded(told.radius, Uint8Array),
  };
  const canvas = document.createElement("canvas");
  canvas.className = "crowd";
  canvas.setAttribute("aria-hidden", "true");
  target.prepend(canvas);
  target.dots = { ...dots, count: told.count };
  let shown = null;
  let near = null;
  const paint = () => {
    const view = viewed(target, figure);
    // Plotly says that it has drawn after every hover too.
    if (shown && JSON.stringify(view) === JSON.stringify(shown)) return;
    [shown, near] = [view, null];
    painted(canvas, view, dots, told.count);
  };
  for (const event of ["plotly_afterplot", "plotly_relayouting"]) target.on(event, paint);
  paint();
  target.nearestDot = (event) => {
    near ??= gridded(shown, dots, told.count);
    return nearest(near, event, canvas);
  };
  target.addEventListener("pointermove", (event) => {
    const dot = target.nearestDot(event);
    if (dot) sayPoint({ customdata: [dots.entry[dot.place]] });
  });
  target.dataset.crowd = "drawn";
}

// What the place of a dot follows from: the axes, the size, the screen, the colours.
function viewed(target, figure) {
  const { xaxis, yaxis, _size: size } = target._fullLayout;
  const along = (axis, range, length) => {
    const [from, to] = axis.range;
    const scale = (range[1] - range[0]) / 65535;
    return { start: ((range[0] - from) / (to - from)) * length, step: (scale / (to - from)) * length };
  };
  return {
    across: along(xaxis, figure.layout.xaxis.range, size.w),
    up: along(yaxis, figure.layout.yaxis.range, size.h),
    left: size.l,
    top: size.t,
    right: size.l + size.w,
    bottom: size.t + size.h,
    width: target.clientWidth,
    height: target.clientHeight,
    ratio: devicePixelRatio,
    theme: theme(),
  };
}

// Calls `take(place, x, y)` for each dot that lies inside the axes.
function eachInside({ across, up, left, top, right, bottom }, dots, count, take) {
  const [start, floor] = [left + across.start, bottom - up.start];
  for (let place = 0; place < count; place++) {
    const x = start + across.step * dots.x[place];
    const y = floor - up.step * dots.y[place];
    if (x >= left && x <= right && y >= top && y <= bottom) take(place, x, y);
  }
}

function painted(canvas, view, dots, count) {
  const { ratio, width, height, left, top, right, bottom } = view;
  if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.save();
  pen.clip();
  const style = styles.traces[view.theme];
  const sprites = [sprite(style.dominated.marker, ratio, false), sprite(style.estimated.marker, ratio, true)];
  eachInside(view, dots, count, (place, x, y) => {
    const radius = dots.radius[place] / 4;
    pen.drawImage(sprites[dots.kind[place]], x - radius, y - radius, 2 * radius, 2 * radius);
  });
  pen.restore();
}

// Which dots are near: their places in the order of cells of a grid, made when a pointer asks.
function gridded(view, dots, count) {
  const columns = Math.ceil(view.width / REACH) + 1;
  const cells = columns * (Math.ceil(view.height / REACH) + 1);
  const cell = (x, y) => Math.floor(y / REACH) * columns + Math.floor(x / REACH);
  const ends = new Uint32Array(cells + 1);
  eachInside(view, dots, count, (_, x, y) => { ends[cell(x, y)]++; });
  for (let one = 1; one <= cells; one++) ends[one] += ends[one - 1];
  const inside = ends[cells];
  const [places, xs, ys] = [new Uint32Array(inside), new Float32Array(inside), new Float32Array(inside)];
  const next = ends.slice();
  eachInside(view, dots, count, (place, x, y) => {
    const spot = --next[cell(x, y)];
    [places[spot], xs[spot], ys[spot]] = [place, x, y];
  });
  // `next` is now where each cell begins, `ends` where it ends.
  return { columns, cells, starts: next, ends, places, xs, ys };
}

// One dot, painted once and stamped for each entry.
function sprite(marker, ratio, isOpen) {
  const size = 24 * ratio;
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const pen = canvas.getContext("2d");
  const line = (isOpen ? 4 : 3) * ratio;
  pen.arc(size / 2, size / 2, size / 2 - line / 2, 0, 7);
  pen.fillStyle = isOpen ? marker.line.color : marker.color;
  pen.strokeStyle = isOpen ? marker.color : marker.line.color;
  if (isOpen) pen.fillStyle = styles[theme()].layout.plot_bgcolor ?? "transparent";
  pen.lineWidth = line;
  pen.globalAlpha = 0.85;
  pen.fill();
  pen.stroke();
  return canvas;
}

function nearest({ columns, cells, starts, ends, places, xs, ys }, event, canvas) {
  const box = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const [column, row] = [Math.floor(x / REACH), Math.floor(y / REACH)];
  let [found, best] = [-1, REACH];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const cell = (row + dy) * columns + column + dx;
      if (column + dx < 0 || column + dx >= columns || cell < 0 || cell >= cells) continue;
      for (let spot = starts[cell]; spot < ends[cell]; spot++) {
        const distance = Math.hypot(xs[spot] - x, ys[spot] - y);
        if (distance < best) [found, best] = [places[spot], distance];
      }
    }
  }
  return found < 0 ? null : { place: found, distance: best };
}

// How far the pointer is from a point of Plotly's, in pixels.
function away({ x, y, xaxis, yaxis }, event, target) {
  const box = target.getBoundingClientRect();
  return Math.hypot(
    box.left + xaxis._offset + xaxis.d2p(x) - event.clientX,
    box.top + yaxis._offset + yaxis.d2p(y) - event.clientY,
  );
}

// The question as an address, without what is empty or as usual.
function address(form) {
  const query = new URLSearchParams();
  const several = {};
  for (const control of form.elements) {
    const { name, value, type } = control;
    if (!name || (["checkbox", "radio"].includes(type) && !control.checked)) continue;
    if (type === "checkbox") (several[name] ??= []).push(value);
    else if (value && value !== control.dataset.usual) query.append(name, value);
  }
  const usual = {
    objectives: document.querySelector("[data-usual]:not(input, select)").dataset.usual.split(","),
    columns: document.querySelector("[data-usual-columns]")?.dataset.usualColumns.split(",") ?? [],
  };
  for (const [name, values] of Object.entries(several)) {
    if ([...values].sort().join() === [...(usual[name] ?? [])].sort().join()) continue;
    query.set(name, values.join(","));
  }
  return `${form.getAttribute("action")}?${query}`.replace(/%2C/g, ",");
}

// A range control writes its limit into the field beside it; at its worse end there is none.
function slid(range) {
  const { bound, low, high, unit, log } = range.dataset;
  const field = document.getElementById(bound);
  const share = Number(range.value) / 1000;
  const isOpen = bound.endsWith("_min") ? share === 0 : share === 1;
  const value = log === undefined
    ? Number(low) + share * (high - low)
    : Number(low) * (high / low) ** share;
  field.value = isOpen ? "" : `${Number(value.toPrecision(3))} ${unit}`.trim();
  return field;
}
document.addEventListener("input", (event) => {
  if (event.target.dataset.bound) slid(event.target);
  document.querySelector(`output[for="${event.target.id || "-"}"]`)?.replaceChildren(event.target.value);
});

// Who asks twice sees the later answer, whichever comes first.
let turns = 0;
async function show(url, push = true) {
  const turn = ++turns;
  const main = document.getElementById("main");
  main.setAttribute("aria-busy", "true");
  const answer = await fetch(url);
  if (turn !== turns) return;
  if (!answer.ok) return location.assign(url);
  const text = await answer.text();
  if (turn !== turns) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement;
  const wasOpen = [...document.querySelectorAll("#main details[open] > summary")].map((one) => one.textContent);
  main.replaceWith(document.adoptNode(page.getElementById("main")));
  document.title = page.title;
  if (push) history.pushState(null, "", url);
  for (const summary of document.querySelectorAll("#main details > summary")) {
    if (wasOpen.includes(summary.textContent)) summary.parentElement.open = true;
  }
  const same = [...document.getElementsByName(focused?.name || "-")].find(
    (one) => !["checkbox", "radio"].includes(one.type) || one.value === focused.value,
  );
  same?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("page:changed"));
  return draw();
}

document.addEventListener("change", (event) => {
  const field = event.target.dataset.bound ? slid(event.target) : event.target;
  if (field.form?.id === "view") show(address(field.form));
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "view") return;
  event.preventDefault();
  show(address(event.target));
});
// Up and down move between the rows of the table.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const row = event.target.closest?.("#table tr[data-entry]");
  if (!step || !row || event.target.matches("input, select")) return;
  const other = row[step] ?? row.parentElement[step]?.querySelector(step === "nextElementSibling" ? "tr" : "tr:last-child");
  const link = other?.querySelector("th a");
  if (!link) return;
  event.preventDefault();
  link.focus();
});
addEventListener("popstate", () => show(location.href, false));

draw();
