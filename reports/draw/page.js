// What a page does beyond being read: copies commands, and filters the table of checks.
"use strict";

function copyButtons() {
  for (const code of document.querySelectorAll("pre[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      let copied = true;
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(code);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        copied = document.execCommand("copy");
      }
      button.textContent = copied ? "Copied" : "Selected: press Ctrl+C";
    });
    code.after(button);
  }
}

function filters() {
  const form = document.querySelector("form[data-filters]");
  if (!form) { return; }
  const rows = [...document.querySelectorAll("[data-area]")];
  const shown = form.querySelector("output");
  const apply = () => {
    let count = 0;
    for (const row of rows) {
      const fits = ["area", "level", "verdict"].every((name) => {
        const wanted = form.elements.namedItem(name).value;
        return wanted === "" || row.dataset[name] === wanted;
      });
      const words = form.elements.namedItem("words").value.toLowerCase();
      row.hidden = !fits || !row.textContent.toLowerCase().includes(words);
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = count + " of " + rows.length + " shown";
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}

copyButtons();
filters();
