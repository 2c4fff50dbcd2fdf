// The query page works without this: it adds keys, the place of a mistake, and the fields that fit.
"use strict";
const text = document.getElementById("query");
const form = document.getElementById("form");
const question = document.getElementById("question");
const endpoint = document.getElementById("endpoint");

endpoint.textContent = new URL(endpoint.textContent, location.href).href;

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});
form.addEventListener("submit", () => {
  document.getElementById("running").hidden = false;
});
// A page that comes back from the history is no longer running.
addEventListener("pageshow", () => {
  document.getElementById("running").hidden = true;
});

const fitting = () => {
  const names = question.selectedOptions[0].dataset.parameters.split(" ");
  for (const label of document.querySelectorAll("[data-parameter]")) {
    const fits = names.includes(label.dataset.parameter);
    label.hidden = !fits;
    label.querySelector("input").disabled = !fits;
  }
};
question.addEventListener("change", fitting);
fitting();

if (text.dataset.line) {
  const lines = text.value.split("\n");
  const before = lines.slice(0, text.dataset.line - 1).join("\n").length;
  // Columns count characters, a text area counts UTF-16 units.
  const line = [...(lines[text.dataset.line - 1] ?? "")];
  const at = before + (text.dataset.line > 1 ? 1 : 0)
    + line.slice(0, text.dataset.column - 1).join("").length;
  text.focus();
  text.setSelectionRange(at, at + 1);
}
