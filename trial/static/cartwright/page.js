// Comforts of every page: menus that close, a drawer for history and cells, arrow keys in tables. All work without this file too.
(function () {
  "use strict";

  function closeMenus(except) {
    document.querySelectorAll("details.cw-menu[open]").forEach(function (menu) {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.cw-menu"));
    if (event.target.closest("[data-close-drawer]")) {
      var open = event.target.closest("dialog");
      if (open) open.close();
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = document.querySelector("details.cw-menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // A link with hx-target="#cw-drawer-body" opens its page in the drawer; without scripts it is an ordinary link.
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target.id !== "cw-drawer-body") return;
    var drawer = document.getElementById("cw-drawer");
    if (!drawer.open) drawer.showModal();
  });
  // Polling stops by itself when the server is away; the page says so instead of showing old numbers as new.
  document.addEventListener("htmx:sendError", function () { away(true); });
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status !== 401) { away(true); return; }
    document.dispatchEvent(new CustomEvent("cw:signed-out")); // the lock asks for the password
  });
  document.addEventListener("htmx:afterOnLoad", function (event) { if (event.detail.xhr.status < 400) away(false); });
  function away(is) {
    var note = document.getElementById("cw-offline");
    if (note) note.hidden = !is;
  }

  // A large grid (data-arrows="roving") is one stop of the Tab key: the link that had the focus last, at first the first one.
  // Home and End go to the ends of a row. Without scripts every link is a stop of its own.
  document.querySelectorAll('table[data-arrows="roving"]').forEach(function (table) {
    var links = table.querySelectorAll("a");
    links.forEach(function (link, at) { link.tabIndex = at ? -1 : 0; });
    table.addEventListener("focusin", function (event) {
      if (event.target.tagName !== "A") return;
      links.forEach(function (link) { link.tabIndex = link === event.target ? 0 : -1; });
    });
    table.addEventListener("keydown", function (event) {
      if ((event.key !== "Home" && event.key !== "End") || event.target.tagName !== "A") return;
      var inRow = event.target.closest("tr").querySelectorAll("a");
      inRow[event.key === "Home" ? 0 : inRow.length - 1].focus();
      event.preventDefault();
    });
  });

  // Arrow keys move between the links of a table marked data-arrows: up and down in a column, left and right in a row.
  document.addEventListener("keydown", function (event) {
    var cell = event.target.closest("table[data-arrows] td, table[data-arrows] th");
    var step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!cell || !step || event.target.tagName !== "A" || event.altKey || event.ctrlKey || event.metaKey) return;
    var rows = Array.from(cell.closest("table").rows);
    var y = rows.indexOf(cell.parentElement) + step[0], x = cell.cellIndex + step[1];
    while (rows[y] && rows[y].cells[x]) {
      var link = rows[y].cells[x].querySelector("a");
      if (link) { link.focus(); event.preventDefault(); return; }
      y += step[0]; x += step[1];
    }
  });
})();
