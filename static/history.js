// The slider swaps the version in place and keeps the address; without this it is a form.
const slider = document.querySelector("#slider");
const field = slider?.querySelector("[name=at]");
let asked = 0;

async function show(address) {
  const mine = ++asked;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return;
  document.querySelector("#version").replaceWith(page.querySelector("#version"));
  field.value = page.querySelector("#slider [name=at]").value;
  // Read out by screen readers, unlike the version itself.
  slider.querySelector("output").value = page.querySelector("#slider output").value;
  document.dispatchEvent(new Event("page:changed"));
}

let soon;
function go(number) {
  // What the slider was about to show is over.
  clearTimeout(soon);
  const address = `?at=${number}`;
  if (location.search !== address) history.pushState(null, "", address);
  return show(location.href);
}

field?.addEventListener("change", () => go(field.value));
field?.addEventListener("input", () => {
  clearTimeout(soon);
  soon = setTimeout(() => show(`?at=${field.value}`), 120);
});
slider?.addEventListener("submit", (event) => {
  event.preventDefault();
  go(field.value);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest(".version-steps a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(new URL(link.href).searchParams.get("at"));
});
addEventListener("popstate", () => show(location.href));
