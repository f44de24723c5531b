// The keys of an entry page: a question mark outside a text field, or the button, opens their list; Escape closes it.
(function () {
  "use strict";
  var list = document.getElementById("cw-keys");
  if (!list) return;
  document.querySelectorAll("[data-open-keys]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { list.showModal(); });
  });
  list.querySelector("[data-close-keys]").addEventListener("click", function () { list.close(); });
  document.addEventListener("keydown", function (event) {
    var target = event.target;
    var typing = target.matches("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");
    if (event.key === "?" && !typing && !list.open && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      list.showModal();
    }
  });
})();
