// Shows the rows of the home page that have every word, the year and the findings asked for; they
// stand in the address, so that a search can be sent to someone. Without it all rows are shown.
"use strict";
{
  const form = document.getElementById("search");
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const regions = [...document.querySelectorAll("details.region")].map((region) => ({
    region,
    open: region.open,
    rows: [...region.querySelectorAll("tbody tr")].map((row) => ({
      row,
      text: fold(`${region.querySelector("h2").textContent} ${row.textContent}`),
      found: row.dataset.found.split(" "),
    })),
  }));
  const show = () => {
    const { q, year, severity } = form.elements;
    const words = fold(q.value).split(/\s+/).filter(Boolean);
    const asked = words.length > 0 || year.value !== "" || severity.value !== "";
    let shown = 0;
    for (const { region, open, rows } of regions) {
      let here = 0;
      for (const { row, text, found } of rows) {
        row.hidden = !(
          words.every((word) => text.includes(word)) &&
          (year.value === "" || row.dataset.year === year.value) &&
          (severity.value === "" || found.includes(severity.value))
        );
        here += row.hidden ? 0 : 1;
      }
      region.hidden = here === 0;
      region.open = asked || open;
      shown += here;
    }
    const output = form.querySelector("output");
    output.value = asked ? output.dataset.said.replace("0", shown) : "";
  };
  const given = new URLSearchParams(location.search);
  for (const name of ["q", "year", "severity"]) form.elements[name].value = given.get(name) ?? "";
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
    show();
  });
  // A place in a closed region is shown, too.
  const reveal = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (place instanceof HTMLDetailsElement) place.open = true;
  };
  addEventListener("hashchange", reveal);
  show();
  reveal();
}
