// Saves what is typed as a draft on the server, soon after a field was left. While the network or the session is away, it
// is kept in this tab (memory and sessionStorage, deleted as soon as the server has it, and at sign-out) and tried again.
// Nothing is judged here, and nothing is overwritten: the server compares revisions. Without this file a button saves drafts.
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft-url]");
  if (!form) return;
  var AFTER_FIELD = 300, WHILE_TYPING = 4000, GIVE_UP = 10000, WAITS = [2, 5, 10, 20, 30, 60]; // ms, ms, ms, s
  var url = form.dataset.draftUrl, again = form.dataset.draftAgain, here = location.pathname;
  var own = form.elements, person = own._person.value, sign = random();
  var state = document.getElementById("cw-draft-state"), waiting = document.getElementById("cw-draft-wait");
  var other = document.getElementById("cw-draft-other"), behind = document.getElementById("cw-draft-behind");
  var alive = (document.getElementById("cw-lock") || { dataset: {} }).dataset.alive;
  var edits = 0, kept = 0, tries = 0, busy = null, timer = null, due = 0, until = 0, leaving = false, sending = false;
  var outcome = "ok", mine = null, going = 0;
  document.querySelectorAll("input[name=_page]").forEach(function (field) { field.value = sign; });

  function random() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (n) { return (n + 256).toString(16).slice(1); }).join("");
  }
  function token() {
    var found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return found ? found[1] : own.csrfmiddlewaretoken.value;
  }
  function key() { return "cw-typed:" + person + ":" + here; }
  function pairs() {
    return Array.from(new FormData(form)).filter(function (pair) { return pair[0] !== "csrfmiddlewaretoken" && typeof pair[1] === "string"; });
  }
  function dirty() { return edits > kept; }
  function say(what, values) {
    var text = (state.dataset[what] || "").replace(/\{(\w+)\}/g, function (_, name) { return (values || {})[name]; });
    if (state.textContent !== text) state.textContent = text;
    state.dataset.now = what;
  }

  // -- kept in the tab -----------------------------------------------------------------------------------------------------
  function hold() {
    try { sessionStorage.setItem(key(), JSON.stringify({ url: url, pairs: pairs() })); } catch (full) { /* memory still has it */ }
  }
  function forget() { try { sessionStorage.removeItem(key()); } catch (none) { /* nothing is kept then */ } }
  function held() {
    try { return JSON.parse(sessionStorage.getItem(key()) || "null"); } catch (broken) { return null; }
  }

  // -- saving --------------------------------------------------------------------------------------------------------------
  function schedule(wait) {
    var at = Date.now() + wait;
    if (timer && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(function () { timer = null; save(); }, wait);
  }
  function post(body, address, options) {
    var stop = new AbortController(), clock = setTimeout(function () { stop.abort(); }, GIVE_UP);
    var headers = { "X-CSRFToken": token(), "X-Requested-With": "fetch", "Content-Type": "application/x-www-form-urlencoded" };
    if (tries) headers["X-Background"] = "1"; // nobody is known to sit here
    return fetch(address, Object.assign({ method: "POST", body: body, headers: headers, credentials: "same-origin", signal: stop.signal }, options))
      .finally(function () { clearTimeout(clock); });
  }
  function save() {
    if (busy) return busy;
    if (!dirty()) return Promise.resolve(outcome = "ok");
    clearTimeout(timer);
    timer = null;
    var mark = edits;
    busy = post(new URLSearchParams(pairs()).toString(), url).then(function (answer) { return answered(answer, mark); }, failed)
      .catch(failed).then(function (came) { busy = null; outcome = came; if (came === "ok" && dirty()) schedule(AFTER_FIELD); return came; });
    return busy;
  }
  function answered(answer, mark) {
    if (answer.status === 401) return signedOut("signed-out");
    if (answer.status === 404 && again && url !== again) { // the entry was discarded meanwhile: it gets a new number
      url = again;
      own._seen.value = "0";
      schedule(0);
      return "away";
    }
    if (answer.status >= 500 || answer.status === 403 && !tries) return failed(); // 403 brings the token that was missing
    if (!/json/.test(answer.headers.get("Content-Type") || "")) return refused();
    return answer.json().then(function (told) {
      if (told.state === "person") return signedOut("person");
      if (told.state === "other") return another(told);
      if (told.state !== "saved") return refused(told.text);
      kept = mark;
      tries = until = 0;
      waiting.textContent = "";
      other.hidden = true;
      behind.hidden = !told.behind;
      document.querySelectorAll("input[name=_seen]").forEach(function (field) { field.value = told.revision; });
      // A page that is being left may have been asked for before this arrived: the next one compares, and forgets.
      if (Date.now() - going > 5000) forget();
      if (told.address !== here) move(told);
      if (!dirty()) say("saved", told);
      return "ok";
    });
  }
  function failed() {
    var wait = WAITS[Math.min(tries, WAITS.length - 1)];
    tries += 1;
    hold();
    say("away");
    until = Date.now() + wait * 1000;
    schedule(wait * 1000);
    return "away";
  }
  function signedOut(why) {
    tries += 1;
    hold();
    say("signedOut");
    document.dispatchEvent(new CustomEvent("cw:signed-out", { detail: why }));
    return "signed-out";
  }
  function another(told) {
    hold();
    mine = null;
    var text = other.querySelector("[data-text]");
    text.textContent = text.dataset.text.replace("{who}", told.who).replace("{at}", told.at);
    other.hidden = false;
    say("other");
    return "other";
  }
  function refused(text) {
    hold();
    if (text) { state.textContent = text; state.dataset.now = "refused"; } else say("refused");
    return "refused";
  }
  // A new entry of a log has its number now: the page is that entry's from here on.
  function move(told) {
    document.querySelectorAll('input[name="next"]').forEach(function (field) { if (field.value === here) field.value = told.address; });
    history.replaceState(null, "", told.address);
    here = told.address;
    url = told.address + "draft/";
    form.action = told.address;
    var place = document.querySelector(".cw-head-sub");
    if (place && told.label) place.textContent = told.label;
  }
  setInterval(function () {
    var left = until && dirty() ? Math.max(0, Math.ceil((until - Date.now()) / 1000)) : 0;
    var text = left ? waiting.dataset.text.replace("{n}", left) : "";
    if (waiting.textContent !== text) waiting.textContent = text;
  }, 500);

  // -- what happens on the page ----------------------------------------------------------------------------------------------
  function touched() {
    edits += 1;
    if (!tries && outcome === "ok" && state.dataset.now !== "typing") say("typing");
  }
  var typed = null; // leaving a text field that was typed in brings a change that was counted already
  form.addEventListener("input", function (event) {
    if (!event.isTrusted && event.target !== form) return;
    typed = event.target;
    touched();
    if (!tries) schedule(WHILE_TYPING);
  });
  form.addEventListener("change", function (event) {
    if (!event.isTrusted) return;
    if (event.target !== typed) touched();
    typed = null;
    if (dirty() && !tries) schedule(AFTER_FIELD);
  });
  form.addEventListener("focusin", function (event) {
    if (!event.target.name || event.target.type === "submit") return;
    try { sessionStorage.setItem("cw-field", JSON.stringify([here, event.target.name])); } catch (none) { /* a comfort only */ }
  });
  form.addEventListener("focusout", function () { if (dirty() && !tries) schedule(AFTER_FIELD); });
  window.addEventListener("online", function () { if (dirty()) schedule(0); });
  document.addEventListener("cw:unlocked", function () { if (dirty()) { tries = 0; until = 0; schedule(0); } });
  document.addEventListener("cw:save", function (event) { event.detail.wait.push(flush()); });
  document.addEventListener("visibilitychange", function () { if (document.hidden && dirty() && !tries && !leaving) save(); });
  window.addEventListener("pagehide", function () {
    if (!dirty() || leaving) return;
    hold();
    post(new URLSearchParams(pairs()).toString(), url, { keepalive: true }).catch(function () { /* kept in the tab */ });
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { leaving = sending = false; } });
  window.addEventListener("beforeunload", function (event) {
    if (!dirty() && !busy || leaving) return;
    hold();
    going = Date.now();
    // Asked only where the last field could not be saved: else the draft has it.
    if (outcome !== "ok" || !navigator.onLine) event.preventDefault();
    save();
  });

  // -- sending: first see that somebody answers, so that a browser's error page never takes the place of the form ---------------
  function flush() { return (busy || Promise.resolve()).then(function () { return dirty() ? save() : "ok"; }); }
  function reach() {
    if (!alive) return Promise.resolve("ok");
    return fetch(alive, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).then(function (answer) {
      if (answer.status === 401) { return signedOut("signed-out"); }
      return answer.ok ? "ok" : "away";
    }, function () { return "away"; });
  }
  form.addEventListener("submit", function (event) {
    if (leaving) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    var button = event.submitter;
    flush().then(function (came) { return came === "ok" ? reach() : came; }).then(function (came) {
      sending = false;
      if (came === "signed-out") return;
      if (came === "away") { if (dirty() && !until) failed(); say("unsent"); return; }
      leaving = true;
      setTimeout(function () { leaving = false; }, 15000); // a submission that never left the page
      try { sessionStorage.removeItem("cw-field"); } catch (none) { /* a comfort only */ }
      form.requestSubmit(button);
    });
  });
  document.addEventListener("submit", function (event) {
    var target = event.target;
    if (target.hasAttribute("data-discard")) { leaving = true; forget(); return; }
    if (!/\/logout\/$/.test(target.action || "") || !dirty() || target.dataset.tried) return;
    event.preventDefault(); // what is typed goes first; pressed again, signing out goes on and the browser asks
    target.dataset.tried = "1";
    flush().then(function (came) { if (came === "ok") target.requestSubmit(); });
  }, true);

  // -- two versions ------------------------------------------------------------------------------------------------------------
  other.querySelector("[data-compare]").addEventListener("click", function () {
    var page = document.createElement("form");
    page.method = "post";
    page.action = here;
    (mine || pairs()).concat([["csrfmiddlewaretoken", token()], ["_compare", "1"]]).forEach(function (pair) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = pair[0];
      field.value = pair[1];
      page.append(field);
    });
    document.body.append(page);
    leaving = true;
    forget();
    page.submit();
  });

  // -- coming back ---------------------------------------------------------------------------------------------------------------
  var before = held();
  if (form.hasAttribute("data-unkept")) { // the answer to what was sent holds all of it
    forget();
    edits += 1;
    schedule(0);
  } else if (before) {
    post(new URLSearchParams(before.pairs).toString(), before.url).then(function (answer) { return answer.json(); }).then(function (told) {
      if (told.state === "other") { another(told); mine = before.pairs; return; }
      if (told.state !== "saved") return;
      forget();
      if (String(told.revision) !== own._seen.value || told.address !== here) { leaving = true; location.replace(told.address); }
    }).catch(function () { /* still away: it stays in the tab */ });
  }
  try {
    var field = JSON.parse(sessionStorage.getItem("cw-field") || "null");
    var control = field && field[0] === here && !document.getElementById("cw-errors") && own[field[1]];
    if (control && control.length && !control.options) control = Array.from(control).find(function (one) { return one.checked; }) || control[0];
    if (control && document.querySelector(".cw-note-draft")) control.focus();
  } catch (none) { /* a comfort only */ }
})();
