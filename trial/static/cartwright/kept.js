// What a page could not send before it was left lies in this tab's sessionStorage (draft.js). The next page of the same
// person sends it, so that it is on the server before anybody goes on with that form. Its own form does so by itself.
(function () {
  "use strict";
  var lock = document.getElementById("cw-lock");
  if (!lock) return;
  var mine = "cw-typed:" + lock.dataset.person + ":";
  var token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  Object.keys(sessionStorage).forEach(function (key) {
    if (key.indexOf(mine) !== 0 || key === mine + location.pathname || !token) return;
    var kept = JSON.parse(sessionStorage.getItem(key));
    fetch(kept.url, {
      method: "POST", credentials: "same-origin", body: new URLSearchParams(kept.pairs),
      headers: { "X-CSRFToken": token[1], "X-Requested-With": "fetch", "X-Background": "1" }
    }).then(function (answer) { if (answer.ok) sessionStorage.removeItem(key); }, function () { /* it stays in the tab */ });
  });
})();
