// Tells colleagues that somebody types on this ticket's page: the next question who else is here says so.
(() => {
  "use strict";
  const STOPS_AFTER = 20_000;
  const KINDS = { body: "reply", note: "note" };
  const field = document.getElementById("presence-writing");
  if (!field) return;
  let timer = 0;

  function say(kind) {
    if (field.value === kind) return;
    field.value = kind;
    window.htmx?.trigger("#presence", "presence");
  }

  document.addEventListener("input", (event) => {
    const kind = event.target.matches?.(".comp textarea") && KINDS[event.target.name];
    if (!kind) return;
    clearTimeout(timer);
    timer = setTimeout(() => say(""), STOPS_AFTER);
    say(kind);
  });
})();
