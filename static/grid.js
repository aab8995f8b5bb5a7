// Cells of a submission's rows, fixed where they stand. Without this, each row has its own form.
const help = document.getElementById("grid-help");
const status = document.getElementById("grid-status");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
const table = () => document.querySelector("table[data-grid]");
const cells = () => [...table().querySelectorAll("td[data-column]")];
const placeOf = (cell) => [cell.closest("tr").dataset.address, cell.dataset.column];
let editor = null; // the field that is open
let queue = Promise.resolve(); // fixes go one after the other: each may check the file
let waiting = 0;

function say(text, isBad = false) {
  status.textContent = text;
  status.classList.toggle("bad-text", isBad);
}

// One cell is in the order of tabs, the arrows lead to the others.
function rove(cell) {
  for (const one of cells()) one.tabIndex = one === cell ? 0 : -1;
}

function prepare(place) {
  if (!table()) return;
  table().setAttribute("role", "grid");
  if (help) help.hidden = false;
  const same = (cell) => place && placeOf(cell).join() === place.join();
  rove(cells().find(same) ?? cells()[0]);
}

function step(cell, columns, rows) {
  const row = cell.closest("tr");
  const line = [...row.querySelectorAll("td[data-column]")];
  const next = line[line.indexOf(cell) + columns];
  if (!rows) return next;
  const lines = [...row.parentElement.children];
  const below = lines[lines.indexOf(row) + rows]?.querySelectorAll("td[data-column]") ?? [];
  return [...below].find((one) => one.dataset.column === cell.dataset.column);
}

function go(cell) {
  if (!cell) return;
  rove(cell);
  cell.focus();
}

function open(cell) {
  if (!cell || cell.contains(editor)) return;
  const before = [...cell.childNodes];
  editor = document.createElement("input");
  editor.value = cell.dataset.value;
  editor.setAttribute("aria-label", `${cell.dataset.column}, row ${cell.closest("tr").cells[0].textContent}`);
  const field = editor;
  let isDone = false;
  const close = (isKept) => {
    if (isDone) return;
    isDone = true;
    if (editor === field) editor = null;
    cell.replaceChildren(...before);
    if (isKept && field.value !== cell.dataset.value) save(cell, field.value);
    else settle();
  };
  field.addEventListener("blur", () => close(true));
  field.addEventListener("keydown", (event) => {
    const keys = { Enter: [true, cell], Escape: [false, cell] };
    if (event.key === "Tab") {
      const all = cells();
      const next = all[all.indexOf(cell) + (event.shiftKey ? -1 : 1)];
      event.preventDefault();
      close(true);
      if (next) open(next);
      else go(cell);
    } else if (event.key in keys) {
      event.preventDefault();
      event.stopPropagation();
      close(keys[event.key][0]);
      go(keys[event.key][1]);
    }
  });
  rove(cell);
  cell.replaceChildren(field);
  field.focus();
  field.select();
}

function save(cell, value) {
  const [address, column] = placeOf(cell);
  cell.textContent = value || "—";
  cell.setAttribute("aria-busy", "true");
  waiting += 1;
  say("Saving…");
  queue = queue.then(() => send(address, column, value)).catch(() => say("Not saved: the site does not answer.", true));
  queue = queue.then(() => {
    waiting -= 1;
    settle();
  });
}

async function send(address, column, value) {
  const answer = await fetch(address, {
    method: "PATCH",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
    body: JSON.stringify({ [column]: value }),
  });
  const told = await answer.json();
  if (!answer.ok) return say(`Not saved. ${told.detail}`, true);
  const { errors } = told.counts;
  if (told.is_checked) say(`Saved and checked: ${errors} ${errors === 1 ? "error" : "errors"} left.`);
  else say("Saved. Check again when you are done.");
}

// When nothing is under way, everything that the fixes changed is shown as the server has it now.
async function settle() {
  if (waiting || editor || !document.querySelector("[aria-busy]")) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || editor || waiting) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (editor || waiting) return;
  const now = document.activeElement?.closest?.("td[data-column]");
  const place = now && placeOf(now);
  for (const part of document.querySelectorAll("[data-live]")) {
    part.replaceChildren(...(page.getElementById(part.id)?.childNodes ?? []));
  }
  document.title = page.title;
  const heading = page.querySelector("h1");
  document.querySelector("h1").textContent = heading.textContent;
  prepare(place);
  if (place) table()?.querySelector("td[tabindex='0']")?.focus();
  document.dispatchEvent(new CustomEvent("page:changed"));
}

document.addEventListener("click", (event) => {
  const cell = event.target.closest("td[data-column]");
  if (cell && event.target !== editor) open(cell);
});
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("td[data-column]");
  if (!cell || editor) return;
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    open(cell);
  } else if (event.key in steps) {
    event.preventDefault();
    go(step(cell, ...steps[event.key]));
  }
});
prepare();
