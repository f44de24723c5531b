// Loaded in the head, before the first paint: tells Bootstrap's own rules which theme "auto" means just now.
(function () {
  "use strict";
  var root = document.documentElement;
  if (root.getAttribute("data-theme") !== "auto" || !window.matchMedia) return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() { root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light"); }
  follow();
  if (dark.addEventListener) dark.addEventListener("change", follow);
})();
