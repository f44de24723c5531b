// The tour of the first page, one step at a time, with a ring around the place it speaks of. Without this file the steps
// stand below each other. Escape closes it, as the button does.
(function () {
  "use strict";
  var tour = document.querySelector("[data-tour]");
  if (!tour) return;
  var steps = Array.from(tour.querySelectorAll("li")), at = 0, ringed = null;
  var back = tour.querySelector("[data-tour-back]"), on = tour.querySelector("[data-tour-on]");
  var count = tour.querySelector("[data-tour-count]");

  function place(step) {
    var found = step.dataset.place ? document.querySelector(step.dataset.place) : null;
    return found && found.getClientRects().length ? found : null;
  }
  function show(next) {
    at = Math.max(0, Math.min(steps.length - 1, next));
    steps.forEach(function (step, n) { step.hidden = n !== at; });
    count.textContent = tour.dataset.of.replace("{n}", at + 1).replace("{all}", steps.length);
    back.hidden = at === 0;
    on.hidden = at === steps.length - 1;
    if (ringed) ringed.classList.remove("cw-ring");
    ringed = place(steps[at]);
    if (ringed) ringed.classList.add("cw-ring");
  }
  back.addEventListener("click", function () { show(at - 1); (back.hidden ? on : back).focus(); });
  on.addEventListener("click", function () { show(at + 1); (on.hidden ? tour.querySelector("form > button:last-child") : on).focus(); });
  tour.addEventListener("keydown", function (event) {
    if (event.key === "Escape") tour.querySelector("form").submit();
  });
  tour.classList.add("cw-tour-steps");
  show(0);
})();
