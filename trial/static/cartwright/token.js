// Signing in anew changes the token that forms carry: a page that was open before takes the new one from the cookie.
// Without this file such a page is refused once, with everything typed and a button that sends it again.
(function () {
  "use strict";
  function token() {
    var found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return found ? found[1] : "";
  }
  document.addEventListener("submit", function (event) {
    var field = event.target.querySelector("[name=csrfmiddlewaretoken]");
    if (field && token()) field.value = token();
  });
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.verb === "get") return; // a token does not belong into an address
    if (token()) event.detail.headers["X-CSRFToken"] = token();
    event.detail.parameters.csrfmiddlewaretoken = token() || event.detail.parameters.csrfmiddlewaretoken;
  });
})();
