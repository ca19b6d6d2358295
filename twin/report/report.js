"use strict";
// Filters the parameters by label. Without this script every parameter is shown.
(() => {
  const box = document.getElementById("filters");
  const rows = [...document.querySelectorAll("#parameters tbody tr")];
  if (!box || !rows.length) return;
  const names = new Map();
  for (const row of rows) {
    const label = row.dataset.label;
    names.set(label, row.querySelector("span.label").textContent);
  }
  const show = (wanted, pressed) => {
    for (const row of rows) row.hidden = wanted !== "" && row.dataset.label !== wanted;
    for (const button of box.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === pressed));
    }
  };
  const add = (label, text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.dataset.label = label;
    button.setAttribute("aria-pressed", String(label === ""));
    button.addEventListener("click", () => show(label, button));
    box.append(button);
  };
  box.append(Object.assign(document.createElement("span"), { textContent: box.dataset.title }));
  add("", box.dataset.all);
  for (const [label, text] of names) add(label, text);
  box.hidden = false;
})();
// Sorts and filters the rows of a table by its controls. Without this script every row is shown, in the order written.
for (const box of document.querySelectorAll("div[data-rows]")) {
  const body = document.getElementById(box.dataset.rows).tBodies[0];
  const rows = [...body.rows];
  const by = box.querySelector("select.by");
  const way = box.querySelector("select.way");
  const filters = [...box.querySelectorAll("select[data-key]")];
  const told = box.querySelector("output");
  const update = () => {
    const key = by.value;
    const sign = way.value === "down" ? -1 : 1;
    const compare = by.selectedOptions[0].dataset.word
      ? (a, b) => a.dataset[key].localeCompare(b.dataset[key], document.documentElement.lang)
      : (a, b) => Number(a.dataset[key]) - Number(b.dataset[key]);
    for (const row of rows) row.hidden = filters.some((f) => f.value && row.dataset[f.dataset.key] !== f.value);
    const shown = rows.filter((row) => !row.hidden).sort((a, b) => sign * compare(a, b));
    body.append(...shown, ...rows.filter((row) => row.hidden));
    told.textContent = told.dataset.text.replace("{n}", shown.length).replace("{all}", rows.length);
  };
  box.addEventListener("change", update);
  box.hidden = false;
  update();
}
