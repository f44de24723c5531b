// Chooses all forms or none, and says how many are chosen. Without scripts each is chosen by hand.
"use strict";

const form = document.getElementById("cw-sign");
const bar = form && form.querySelector(".cw-check-all");
if (bar) {
  const boxes = [...form.querySelectorAll("input[name=form]")];
  const said = bar.querySelector("output");
  const say = () => { said.textContent = said.dataset.text.replace("{n}", boxes.filter((box) => box.checked).length); };
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-check]");
    if (!button) return;
    for (const box of boxes) box.checked = button.dataset.check === "all";
    say();
  });
  form.addEventListener("change", say);
  say();
}
