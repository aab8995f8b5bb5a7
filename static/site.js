// Every page works without this; it only makes things quicker.
const root = document.documentElement;
root.classList.add("js");

// The theme button says which theme is meant: the server can't know the system's.
document.querySelector(".site-theme")?.addEventListener("submit", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.querySelector(".site-theme button").value = dark ? "light" : "dark";
});

// A row and its point light up together.
function link(entry) {
  for (const old of document.querySelectorAll(".is-linked[data-entry]:not(.keep)")) {
    old.classList.remove("is-linked");
  }
  for (const part of document.querySelectorAll(`[data-entry="${entry}"]`)) {
    part.classList.add("is-linked");
  }
  document.dispatchEvent(new CustomEvent("entry:lit", { detail: Number(entry) }));
}
document.addEventListener("entry:linked", (event) => link(event.detail));
for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, (event) => {
    const entry = event.target.closest?.("[data-entry]")?.dataset.entry;
    if (entry) link(entry);
  });
}

// A table that fits its box leaves it, so that its head sticks to the window, not to the box.
const fit = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    const fits = target.firstElementChild.offsetWidth <= target.clientWidth;
    target.classList.toggle("fits", fits);
    target.tabIndex = fits ? -1 : 0;
  }
});
function fitTables() {
  for (const box of document.querySelectorAll(".table-scroll")) fit.observe(box);
}
document.addEventListener("page:changed", fitTables);
fitTables();

// Copy buttons copy the code beside them.
document.addEventListener("click", (event) => {
  if (!event.target.matches(".take-away button[type=button], button[data-copy]")) return;
  navigator.clipboard?.writeText(event.target.parentElement.querySelector("code").textContent);
  event.target.textContent = "Copied";
});

// Selects that stand in a form with `data-submit` act at once.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-submit]")?.requestSubmit();
});

// A submission that is waiting looks again after a while.
const waiting = document.querySelector("[data-wait]");
if (waiting) {
  const look = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const still = page.querySelector("[data-wait]");
    if (!still) return location.reload();
    if (waiting.textContent !== still.textContent) waiting.textContent = still.textContent;
    setTimeout(look, 1500);
  };
  setTimeout(look, 800);
}

// Files that are dropped on the field land in it, folders with all that is in them. A form sends
// bare names, so where each file stood goes along in a field of its own.
const drop = document.querySelector(".drop");
if (drop) {
  const field = drop.querySelector("input[type=file]");
  const paths = drop.querySelector("[name=paths]");
  const choice = drop.querySelector(".folder-choice");
  const folder = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });

  const take = (found) => {
    const kept = new DataTransfer();
    for (const { file } of found) kept.items.add(file);
    field.files = kept.files;
    paths.value = JSON.stringify(found.map(({ path }) => path));
    choice.querySelector(".note").textContent = found.length > 500
      ? `${found.length} files are too many for one form: pack them as a zip.`
      : `${found.length} ${found.length === 1 ? "file" : "files"} chosen.`;
  };
  const read = async (entry) => {
    const path = entry.fullPath.replace(/^\//, "");
    if (entry.isFile) return [{ path, file: await new Promise((done, fail) => entry.file(done, fail)) }];
    const reader = entry.createReader();
    const inside = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) break;
      inside.push(...some);
    }
    return (await Promise.all(inside.map(read))).flat();
  };

  choice.hidden = false;
  choice.querySelector("button").addEventListener("click", () => folder.click());
  folder.addEventListener("change", () => {
    take([...folder.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
  });
  field.addEventListener("change", () => {
    take([...field.files].map((file) => ({ path: file.name, file })));
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(type, async (event) => {
      event.preventDefault();
      drop.classList.toggle("is-over", type === "dragover");
      if (type !== "drop") return;
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
      take((await Promise.all(entries.filter(Boolean).map(read))).flat());
    });
  }
}
