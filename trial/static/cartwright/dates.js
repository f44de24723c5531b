// A day can be picked: a button beside each date, or Alt and the down arrow in the field. What is picked is typed into the
// field, so the server reads it as it reads everything else. Without this file the fields are typed into.
(function () {
  "use strict";
  var form = document.querySelector("form[data-entry][data-pick]");
  if (!form || !("showPicker" in HTMLInputElement.prototype)) return;
  var into = null;
  var picker = document.createElement("input");
  picker.type = "date";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  picker.style.cssText = "position:absolute;inset:auto auto 0 0;width:1px;height:1px;min-height:0;padding:0;border:0;opacity:0;pointer-events:none";

  function pick(field) {
    into = field;
    var near = field.parentElement;
    if (getComputedStyle(near).position === "static") near.style.position = "relative";
    near.appendChild(picker);
    var typed = field.value.match(/^\d{4}-\d{2}-\d{2}/);
    picker.value = typed ? typed[0] : "";
    picker.showPicker();
  }
  picker.addEventListener("change", function (event) {
    event.stopPropagation();
    if (!picker.value || !into) return;
    var clock = into.dataset.kind === "datetime" ? into.value.match(/\s+\d{1,2}[:.h]?\d{2}$/) : null;
    into.value = picker.value + (clock ? clock[0] : into.dataset.kind === "datetime" ? " " : "");
    into.focus();
    into.dispatchEvent(new Event("input", { bubbles: true }));
    into.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // Only what lands in the field counts as typed.
  picker.addEventListener("input", function (event) { event.stopPropagation(); });

  form.addEventListener("keydown", function (event) {
    var kind = event.target.dataset && event.target.dataset.kind;
    if (!kind || !event.altKey || event.key !== "ArrowDown" || event.target.readOnly || event.target.disabled) return;
    event.preventDefault();
    pick(event.target);
  });
  form.querySelectorAll(".cw-item > .cw-control > input[data-kind]").forEach(function (field) {
    if (field.readOnly || field.disabled) return;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "cw-pick";
    button.title = form.dataset.pick;
    button.innerHTML = document.getElementById("cw-pick-sign").innerHTML;
    var name = document.createElement("span");
    name.className = "visually-hidden";
    var label = document.querySelector('label[for="' + CSS.escape(field.id) + '"] > span');
    name.textContent = form.dataset.pick + (label ? ": " + label.textContent : "");
    button.appendChild(name);
    button.addEventListener("click", function () { pick(field); });
    field.after(button);
  });
})();
