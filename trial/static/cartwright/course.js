// The course of a subject: one Tab stop a lane, arrow keys from mark to mark, and a tip that says what a mark is.
// Without this file every mark is a stop of its own, and the browser shows its title.
(function () {
  "use strict";
  var frame = document.querySelector(".cw-lanes"), tip = document.getElementById("cw-tip");
  if (!frame || !tip) return;
  var lanes = Array.from(frame.querySelectorAll(".cw-lane-plot")).map(function (lane) {
    return Array.from(lane.querySelectorAll("a.cw-mark"));
  }).filter(function (marks) { return marks.length; });

  lanes.forEach(function (marks) {
    marks.forEach(function (mark, at) {
      mark.setAttribute("tabindex", at ? "-1" : "0");
      mark.querySelector("title").remove(); // the tip says more
    });
  });

  // A narrow window begins shortly before the infusion, where the story begins.
  var start = frame.querySelector(".cw-lane-break");
  if (start) frame.scrollLeft = parseFloat(start.getAttribute("x1")) - 46;

  function go(mark) {
    var marks = lanes.find(function (one) { return one.includes(mark); });
    marks.forEach(function (one) { one.setAttribute("tabindex", one === mark ? "0" : "-1"); });
    mark.focus({ preventScroll: true });
    // Into sight: not under the names of the lanes, which stay where they are.
    var box = mark.getBoundingClientRect(), view = frame.getBoundingClientRect();
    var names = frame.querySelector(".cw-lane-name").offsetWidth;
    if (box.left < view.left + names + 12) frame.scrollLeft -= view.left + names + 40 - box.left;
    if (box.right > view.right - 12) frame.scrollLeft += box.right - view.right + 40;
    if (box.top < 0 || box.bottom > innerHeight) mark.scrollIntoView({ block: "center", inline: "nearest" });
    show(mark);
  }
  function place(mark) { return parseFloat(mark.dataset.x); }
  function nearest(marks, x) {
    return marks.reduce(function (best, one) { return Math.abs(place(one) - x) < Math.abs(place(best) - x) ? one : best; });
  }
  function target(mark, key) {
    var lane = lanes.findIndex(function (one) { return one.includes(mark); }), marks = lanes[lane], at = marks.indexOf(mark);
    if (key === "ArrowRight") return marks[at + 1];
    if (key === "ArrowLeft") return marks[at - 1];
    if (key === "Home") return marks[0];
    if (key === "End") return marks[marks.length - 1];
    var other = lanes[lane + (key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : NaN)];
    return other && nearest(other, place(mark));
  }
  frame.addEventListener("keydown", function (event) {
    var mark = event.target.closest("a.cw-mark");
    if (!mark || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!/^(Arrow|Home$|End$)/.test(event.key)) return;
    event.preventDefault(); // the frame does not move while a mark has the focus
    var to = target(mark, event.key);
    if (to) go(to);
  });

  function line(name, text) {
    var part = document.createElement(name);
    part.textContent = text;
    tip.append(part);
  }
  function show(mark) {
    tip.textContent = "";
    line("b", mark.dataset.what);
    line("span", mark.dataset.when);
    line("span", mark.dataset.form);
    if (mark.dataset.note) line("span", mark.dataset.note);
    tip.hidden = false;
    var box = mark.getBoundingClientRect(), size = tip.getBoundingClientRect();
    var left = Math.min(Math.max(box.left + Math.min(box.width, 60) / 2 - size.width / 2, 8), innerWidth - size.width - 8);
    var above = box.top - size.height - 8;
    tip.style.left = Math.round(left) + "px";
    tip.style.top = Math.round(above > 4 ? above : box.bottom + 8) + "px";
  }
  function hide() { tip.hidden = true; }
  var leaving;
  frame.addEventListener("pointerover", function (event) {
    var mark = event.target.closest("a.cw-mark");
    clearTimeout(leaving);
    if (mark) show(mark); else leave();
  });
  frame.addEventListener("pointerleave", leave);
  tip.addEventListener("pointerenter", function () { clearTimeout(leaving); });
  tip.addEventListener("pointerleave", leave);
  function leave() { clearTimeout(leaving); leaving = setTimeout(hide, 120); }
  frame.addEventListener("focusin", function (event) {
    var mark = event.target.closest("a.cw-mark");
    if (mark) show(mark);
  });
  frame.addEventListener("focusout", hide);
  frame.addEventListener("scroll", hide, { passive: true });
  addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") hide(); });
})();
