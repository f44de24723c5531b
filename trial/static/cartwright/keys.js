// The keys of a form's page, outside a text field: a question mark, or the button, opens their list; Alt with Page Down and
// Page Up goes to the form beside this one, with Shift too to the visit beside it. They follow the links that stand on the page.
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
    if (typing || document.querySelector("dialog[open]")) return;
    var step = event.altKey && !event.ctrlKey && !event.metaKey && { PageDown: "next", PageUp: "previous" }[event.key];
    var link = step && document.querySelector('[data-way="' + step + (event.shiftKey ? "-visit" : "-form") + '"]');
    if (event.key === "?") list.showModal();
    else if (link) link.click();
    else return;
    event.preventDefault();
  });
})();
