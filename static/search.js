// Suggestions under the search fields. Without them the form leads to the page of results.
const PAUSE = 120;
let fields = 0;

for (const form of document.querySelectorAll(".site-search, .search-large")) suggestIn(form);

function suggestIn(form) {
  const field = form.querySelector("input[type=search]");
  const list = Object.assign(document.createElement("ul"), {
    className: "suggestions", id: `suggestions-${++fields}`, hidden: true, role: "listbox",
  });
  list.setAttribute("aria-label", "Suggestions");
  const told = Object.assign(document.createElement("span"), { className: "hidden-visually", role: "status" });
  const around = Object.assign(document.createElement("span"), { className: "suggested" });
  field.replaceWith(around);
  around.append(field, list, told);
  const says = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(says)) field.setAttribute(name, value);

  let timer, asked, chosen = -1;

  const close = () => {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const choose = (place) => {
    const options = [...list.children];
    chosen = options.length ? (place + options.length + 1) % (options.length + 1) : -1;
    if (chosen === options.length) chosen = -1;
    options.forEach((option, at) => option.setAttribute("aria-selected", at === chosen));
    if (chosen < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  };
  const show = ({ meant, suggestions }) => {
    list.replaceChildren(...suggestions.map((one, at) => option(one, `${list.id}-${at}`)));
    list.hidden = !suggestions.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    const number = suggestions.length === 1 ? "1 suggestion" : `${suggestions.length} suggestions`;
    told.textContent = meant ? `${number} for ${meant}` : number;
    choose(-1);
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const words = field.value.trim();
    if (!words) return close();
    try {
      const answer = await fetch(`/search/suggest.json?q=${encodeURIComponent(words.slice(0, 100))}`, { signal: asked.signal });
      if (answer.ok && document.activeElement === field) show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return ask();
      choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? list.children.length - 1 : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.url);
    }
  });
  // The field keeps the focus until the click has led away.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const url = event.target.closest("[role=option]")?.dataset.url;
    if (url) location.assign(url);
  });
}

function option({ kind, name, why, entries, url }, id) {
  const line = Object.assign(document.createElement("li"), { id, role: "option" });
  line.dataset.url = url;
  line.setAttribute("aria-selected", "false");
  const counted = entries === null ? [] : [entries === 1 ? "1 entry" : `${entries.toLocaleString("en")} entries`];
  line.append(
    Object.assign(document.createElement("strong"), { textContent: name }),
    Object.assign(document.createElement("span"), { textContent: [kind, why, ...counted].filter(Boolean).join(", ") }),
  );
  return line;
}
