// Comforts of an entry form: items shown when they apply, Y/N/U keys, rows added and removed, a guard for unsaved values.
// Nothing here decides anything: the server reads the same declaration and judges again.
(function () {
  "use strict";
  var form = document.querySelector("form[data-entry]");
  if (!form) return;

  // -- shown_if: {"item": "hypotension", "in": ["Y"]}, or a list of such conditions that must all hold ----------------
  function values(name) {
    return Array.from(form.querySelectorAll('[name="' + CSS.escape(name) + '"]')).filter(function (control) {
      return (control.type !== "radio" && control.type !== "checkbox") || control.checked;
    }).map(function (control) { return control.value; });
  }
  function holds(condition, prefix) {
    if (Array.isArray(condition)) return condition.every(function (one) { return holds(one, prefix); });
    var given = values(prefix + condition.item);
    return given.some(function (value) { return condition.in.indexOf(value) !== -1; });
  }
  function showItems() {
    // Twice, because an item may depend on one that has just been hidden or shown.
    for (var pass = 0; pass < 2; pass++) {
      form.querySelectorAll("[data-shown-if]").forEach(function (element) {
        element.hidden = !holds(JSON.parse(element.dataset.shownIf), element.dataset.prefix || "");
      });
    }
    sayWhatIsDropped();
  }

  // An answer that hides what is filled in says so, for that will not be saved. Where the answer itself is hidden by another,
  // that one says it. The server says the same to those without scripts.
  function filled(element) {
    return Array.from(element.querySelectorAll("input:not([type=hidden]), select:not(.cw-unit), textarea")).some(function (control) {
      return control.type === "radio" || control.type === "checkbox" ? control.checked : control.value.trim() !== "";
    });
  }
  function sayWhatIsDropped() {
    var dropped = new Map();
    form.querySelectorAll("[data-shown-if][hidden]").forEach(function (element) {
      if (!filled(element)) return;
      var by = element;
      do by = document.getElementById("item-" + JSON.parse(by.dataset.shownIf).item); while (by && by.hidden);
      if (by) dropped.set(by, (dropped.get(by) || []).concat(element.dataset.label));
    });
    form.querySelectorAll("[data-dropped]").forEach(function (note) {
      var items = dropped.get(note.closest(".cw-item"));
      var text = items ? note.dataset.dropped.replace("{items}", function () { return items.join(" \u00b7 "); }) : "";
      if (note.textContent !== text) note.textContent = text;
    });
  }

  // -- Y, N, U on a yes/no group; digits on a group or list of grades: chosen, and on to the next item ------------------
  // With an input method switched on the key reads "Process"; the place on the keyboard still says which one it was.
  function keyOf(event) {
    var place = event.key === "Process" && /^(?:Key|Digit|Numpad)(\w)$/.exec(event.code);
    return (place ? place[1] : event.key).toUpperCase();
  }
  function named(control) { return Array.from(form.querySelectorAll('[name="' + CSS.escape(control.name) + '"]')); }
  function next(from) {
    var all = Array.from(form.querySelectorAll("input:not([type=hidden]), select, textarea, [data-add-row], [data-save]"));
    return all.slice(all.indexOf(from) + 1).find(function (one) {
      return one.name !== from.name && !one.disabled && one.tabIndex !== -1 && one.offsetParent
        && !one.closest("details") && (one.type !== "radio" || one.checked || !named(one).some(function (other) { return other.checked; }));
    });
  }
  function moveOn(control) {
    var group = named(control), to = next(group[group.length - 1]);
    if (to) to.focus();
  }
  form.addEventListener("keydown", function (event) {
    var control = event.target;
    if (event.altKey || event.ctrlKey || event.metaKey || control.disabled) return;
    if (control.type === "radio") {
      if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); clear(control); return; }
      var wanted = named(control).find(function (radio) { return radio.value.toUpperCase() === keyOf(event); });
      if (!wanted || wanted.disabled) return;
      event.preventDefault();
      wanted.focus();
      wanted.click();
      moveOn(wanted);
    } else if (control.tagName === "SELECT") {
      var key = keyOf(event), codes = Array.from(control.options, function (option) { return option.value; });
      if (event.key === "Delete" && codes[0] === "") choose(control, "");
      // A 1 that may be the beginning of a 10 is left to the list's own search.
      else if (/^\d$/.test(key) && codes.filter(function (code) { return code.indexOf(key) === 0; }).join() === key) {
        choose(control, key);
        moveOn(control);
      } else return;
      event.preventDefault();
    }
  });
  function choose(list, code) {
    list.value = code;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // A radio group can be emptied again: Delete, or a second click on the chosen key.
  function clear(radio) {
    form.querySelectorAll('[name="' + CSS.escape(radio.name) + '"]').forEach(function (one) { one.checked = false; });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  var chosen = null;
  form.addEventListener("pointerdown", function (event) {
    var label = event.target.closest(".cw-choices label");
    var radio = label && label.querySelector("input[type=radio]");
    chosen = radio && radio.checked && !radio.disabled ? radio : null;
  });
  form.addEventListener("click", function (event) {
    if (event.target.type === "radio" && event.target === chosen) { chosen = null; clear(event.target); }
  });

  // -- repeating rows: the prefix of the formset stands in data-rows -----------------------------------------------------
  function renumber(rows) {
    Array.from(rows.querySelectorAll("tbody:not([hidden]) .cw-rows-number")).forEach(function (cell, index) {
      cell.textContent = index + 1;
    });
  }
  function addRow(rows) {
    var prefix = rows.dataset.rows;
    var total = form.querySelector('[name="' + CSS.escape(prefix) + '-TOTAL_FORMS"]');
    var copy = rows.querySelector("template").content.cloneNode(true);
    copy.querySelectorAll("*").forEach(function (element) {
      ["name", "id", "for", "aria-describedby", "aria-labelledby", "value"].forEach(function (attribute) {
        var text = element.getAttribute(attribute);
        if (text && text.indexOf("__prefix__") !== -1) element.setAttribute(attribute, text.replace(/__prefix__/g, total.value));
      });
    });
    total.value = Number(total.value) + 1;
    var row = copy.querySelector("[data-row]");
    row.querySelectorAll("[data-remove-box]").forEach(function (box) { box.hidden = true; });
    row.querySelectorAll("[data-remove-row]").forEach(function (button) { button.hidden = false; });
    rows.querySelector("table").appendChild(copy);
    renumber(rows);
    row.querySelector("select, input:not([type=hidden])").focus();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function removeRow(button) {
    var row = button.closest("[data-row]"), rows = button.closest("[data-rows]");
    var box = row.querySelector('[name$="-DELETE"]');
    if (box) box.checked = true;
    var shown = Array.from(rows.querySelectorAll("[data-row]:not([hidden])")), at = shown.indexOf(row);
    row.hidden = true;
    renumber(rows);
    var beside = shown[at + 1] || shown[at - 1];
    (beside ? beside.querySelector("select, input:not([type=hidden])") : rows.querySelector("[data-add-row]")).focus();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.querySelectorAll("[data-remove-box]").forEach(function (box) {
    box.hidden = true;
    // A row that was taken away before the page came back, with an error elsewhere or as a draft, stays away.
    if (box.querySelector("input:checked")) box.closest("[data-row]").hidden = true;
  });
  form.querySelectorAll("[data-remove-row]").forEach(function (button) { button.hidden = false; });
  form.addEventListener("click", function (event) {
    var add = event.target.closest("[data-add-row]"), remove = event.target.closest("[data-remove-row]");
    if (add) { event.preventDefault(); addRow(add.closest("[data-rows]")); }
    if (remove) { event.preventDefault(); removeRow(remove); }
  });

  // Alt and Enter adds a row, Alt and Delete removes the one in focus. Insert alone belongs to screen readers.
  form.addEventListener("keydown", function (event) {
    var rows = event.altKey && !event.ctrlKey && !event.metaKey && event.target.closest("[data-rows]");
    var row = event.target.closest("[data-row]");
    if (rows && event.key === "Enter" && rows.querySelector("[data-add-row]")) { event.preventDefault(); addRow(rows); }
    var remove = rows && event.key === "Delete" && row && row.querySelector("[data-remove-row]");
    if (remove) { event.preventDefault(); removeRow(remove); }
  });

  // -- what the server says back beside a field: put in only where it changed, so that it is read aloud once ---------------
  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    var place = event.detail.target, text = event.detail.fragment.textContent.trim();
    if (place.matches("output") && place.textContent.trim() === text) event.preventDefault();
  });

  // -- unsaved values: where no draft is kept by itself (draft.js) --------------------------------------------------------
  var drafted = form.hasAttribute("data-draft-url");
  var changed = form.hasAttribute("data-changed");
  function mark() { changed = true; }
  form.addEventListener("input", function (event) { if (event.isTrusted || event.target === form) mark(); showItems(); });
  form.addEventListener("change", function () { mark(); showItems(); });
  form.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) { if (changed && !drafted) event.preventDefault(); });
  // Ctrl or Cmd with S saves, as everywhere else.
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]") || undefined);
    }
  });

  showItems();
  // A line of the summary, and a check or query in the margin, lead to the control itself, not only to its place.
  var summary = document.getElementById("cw-errors");
  function lead(event) {
    var link = event.target.closest("a[href^='#']");
    var place = link && document.getElementById(link.getAttribute("href").slice(1));
    var inside = "input:not([type=hidden]), select, textarea";
    var control = place && (place.matches(inside) ? place : place.querySelector("[aria-invalid]") || place.querySelector(inside + ", [data-add-row]"));
    if (control) { event.preventDefault(); place.scrollIntoView({ block: "center" }); control.focus({ preventScroll: true }); }
  }
  [summary, document.querySelector(".cw-aside")].forEach(function (one) { if (one) one.addEventListener("click", lead); });
  if (!summary) return;
  // The first control that is wrong, or, where the error stands at none, the summary, which is read aloud in any case.
  var wrong = Array.from(form.querySelectorAll('[aria-invalid="true"]')).find(function (one) { return one.offsetParent; });
  (wrong || summary).focus();
})();
