// The composer of a ticket's page: buttons that open one of its texts, and the focus in that text.
(() => {
  "use strict";

  function open(kind) {
    const radio = document.querySelector(`#composer input[name=kind][value="${CSS.escape(kind)}"]`);
    if (!radio) return;
    radio.checked = true;
    const field = document.getElementById(radio.dataset.opens);
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mode]");
    if (!button) return;
    event.preventDefault();
    open(button.dataset.mode);
  });

  // R, N and E (workspace.js) press the radio button; a click with the pointer opens its text, too.
  document.addEventListener("change", (event) => {
    if (event.target.matches("#composer input[name=kind]") && event.target.matches(":not(:focus-visible)")) {
      open(event.target.value);
    }
  });
})();
