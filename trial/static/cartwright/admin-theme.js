// Loaded in the head, before the first paint: the panel wears the theme that is kept on the account.
(function () {
  "use strict";
  var own = document.currentScript.getAttribute("data-theme");
  document.documentElement.dataset.theme = own === "light" || own === "dark" ? own : "auto";
})();
