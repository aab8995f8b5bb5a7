// The footprint explorer without page loads: a moved slider or a chosen cell fetches the page it
// asks for, and the parts that follow from the question are taken over. The controls stay as they
// are, so that a slider can be moved on.

const form = document.getElementById("scenario");
const PAUSE_MS = 120;
let timer = 0;
let newest = 0;

// The question as an address, without what is empty.
function address() {
  const query = new URLSearchParams();
  for (const { name, value, type } of form.elements) {
    if (name && value && type !== "file") query.append(name, value);
  }
  return `${form.getAttribute("action")}?${query}`.replace(/%2C/g, ",").replace(/%3A/g, ":");
}

function say(slider) {
  const value = Number(slider.value);
  const output = document.querySelector(`output[for="${slider.id}"]`);
  const text = "percent" in slider.dataset ? `${+(100 * value).toPrecision(4)} %` : `${value} ${value === 1 ? "year" : "years"}`;
  if (output) output.textContent = text;
}

async function show(url, push = false) {
  const turn = ++newest;
  const answer = await fetch(url);
  if (!answer.ok) return location.assign(url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // A later question was asked in the meantime.
  if (turn !== newest) return;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceWith(document.adoptNode(fresh));
  }
  document.title = page.title;
  if (push) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  document.dispatchEvent(new CustomEvent("page:changed"));
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => show(address()), PAUSE_MS);
}

document.addEventListener("input", (event) => {
  if (event.target.form !== form || event.target.type !== "range") return;
  say(event.target);
  soon();
});
document.addEventListener("change", (event) => {
  if (event.target.form === form && event.target.type !== "range") show(address(), true);
});
document.addEventListener("submit", (event) => {
  if (event.target !== form) return;
  event.preventDefault();
  show(address(), true);
});

// A cell of a map sets both sliders.
document.addEventListener("click", (event) => {
  const cell = event.target.closest?.(".heat-map a");
  if (!cell || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const asked = new URL(cell.href).searchParams;
  for (const name of ["mfu", "life"]) {
    const slider = document.getElementById(name);
    slider.value = asked.get(name);
    say(slider);
  }
  show(address(), true);
});
addEventListener("popstate", () => location.reload());
