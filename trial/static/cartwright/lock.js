// The lock of every page: after a time without a key or a pointer the content is hidden, the session ends, and the same
// person's password opens it again, at the same place. All tabs lock and open together. Without this file the server
// ends the session by itself (trial/idle.py).
(function () {
  "use strict";
  var dialog = document.getElementById("cw-lock");
  if (!dialog || !dialog.showModal) return;
  var idle = Number(dialog.dataset.idle) * 1000, step = Math.min(60000, idle / 5);
  var person = dialog.dataset.person, form = dialog.querySelector("form"), error = document.getElementById("cw-lock-error");
  var password = form.elements.password, title = document.title;
  var channel = "BroadcastChannel" in window ? new BroadcastChannel("cartwright") : null;
  var last = Date.now(), told = last, spread = last, locked = false, place = null;

  function tell(type) { if (channel) channel.postMessage({ type: type, person: person, at: Date.now() }); }
  function post(address, body) {
    var found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return fetch(address, {
      method: "POST", body: body || "", credentials: "same-origin",
      headers: { "X-CSRFToken": found ? found[1] : "", "X-Requested-With": "fetch", "Content-Type": "application/x-www-form-urlencoded" }
    });
  }

  // -- activity: told to the other tabs once a second, to the server once a step -------------------------------------------
  function active() {
    var now = Date.now();
    if (locked) return;
    if (now - last >= idle) { lock("idle"); return; } // the computer slept
    last = now;
    if (now - spread > Math.min(1000, step)) { spread = now; tell("active"); }
    if (now - told > step) {
      told = now;
      fetch(dialog.dataset.alive, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).then(function (answer) {
        if (answer.status === 401) lock("signed-out");
      }, function () { /* no network: the page goes on */ });
    }
  }
  ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "input"].forEach(function (kind) {
    document.addEventListener(kind, function (event) { if (event.isTrusted) active(); }, { passive: true, capture: true });
  });
  function look() { if (!locked && Date.now() - last >= idle) lock("idle"); }
  setInterval(look, Math.min(1000, idle / 10));
  document.addEventListener("visibilitychange", look);

  // -- lock ----------------------------------------------------------------------------------------------------------------
  function say(why) {
    dialog.querySelectorAll("[data-why]").forEach(function (text) { text.hidden = text.dataset.why !== why; });
  }
  function lock(why, told_by_another) {
    say(why);
    if (locked) return;
    locked = true;
    place = document.activeElement;
    title = document.title;
    document.title = dialog.dataset.title;
    document.documentElement.classList.add("cw-locked");
    error.textContent = "";
    password.value = "";
    dialog.showModal();
    password.focus();
    if (why !== "idle" || told_by_another) return;
    // What is not saved yet goes first; a network that is away must not keep the session open.
    var waits = { wait: [] };
    document.dispatchEvent(new CustomEvent("cw:save", { detail: waits }));
    var long = new Promise(function (done) { setTimeout(done, 3000); });
    Promise.race([Promise.all(waits.wait), long]).then(end, end);
    function end() { tell("locked"); return post(dialog.dataset.lock).catch(function () { /* the server ends it by itself */ }); }
  }
  function open(quietly) {
    if (!locked) return;
    locked = false;
    last = told = Date.now();
    document.title = title;
    document.documentElement.classList.remove("cw-locked");
    password.value = "";
    dialog.close();
    if (place && place.isConnected && place !== document.body) place.focus({ preventScroll: true });
    if (!quietly) tell("open");
    document.dispatchEvent(new CustomEvent("cw:unlocked"));
  }
  dialog.addEventListener("cancel", function (event) { event.preventDefault(); });
  dialog.addEventListener("close", function () { if (locked) { dialog.showModal(); password.focus(); } });
  document.addEventListener("cw:signed-out", function (event) { lock(event.detail || "signed-out"); });

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    error.textContent = "";
    unlock(true);
  });
  function unlock(once_more) {
    return post(dialog.dataset.unlock, new URLSearchParams(new FormData(form)).toString()).then(function (answer) {
      if (answer.ok) return answer.json().then(function () { open(false); });
      if (answer.status === 403 && once_more) return unlock(false); // the answer brought the token that was missing
      error.textContent = answer.status === 401 ? error.dataset.wrong : answer.status === 429 ? error.dataset.shut : error.dataset.away;
      password.select();
      return null;
    }, function () { error.textContent = error.dataset.away; });
  }

  // -- the other tabs ------------------------------------------------------------------------------------------------------
  if (channel) {
    channel.addEventListener("message", function (event) {
      var said = event.data;
      if (said.type === "active" && !locked) last = Math.max(last, said.at);
      if (said.type === "locked") lock("idle", true);
      if (said.type === "out") lock("signed-out", true);
      if (said.type === "open" && said.person === person) open(true);
      if (said.type === "open" && said.person !== person) lock("person", true);
    });
    tell("open");
  }
  // Nothing of what was typed stays on a shared computer after its person has gone.
  forget(function (key) { return key.indexOf("cw-typed:") === 0 && key.indexOf("cw-typed:" + person + ":") !== 0; });
  function forget(which) { Object.keys(sessionStorage).filter(which).forEach(function (key) { sessionStorage.removeItem(key); }); }
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || !/\/logout\/$/.test(event.target.action || "")) return;
    forget(function (key) { return key.indexOf("cw-") === 0; });
    tell("out");
  });
})();
