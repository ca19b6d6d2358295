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
