// Canned responses: ";" at a line's start offers them (offers.js), a choice in the menu or the list goes in at the cursor.
// Without this file the menu's buttons send the form, and the page comes back with the text behind what was typed.
(() => {
  "use strict";

  async function put(url, textarea, start, end) {
    const before = textarea.value;
    try {
      const answer = await fetch(url);
      if (!answer.ok) return;
      const text = await answer.text();
      if (textarea.value !== before) [start, end] = [textarea.selectionStart, textarea.selectionEnd];
      textarea.setRangeText(text, start, end, "end");
    } catch {
      return; // Offline: what was typed stays.
    }
    textarea.focus();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  window.offerIn({
    fields: "[data-canned-offer]",
    word: /(?:^|\n);([^\n;]{0,40})$/,
    url: (textarea) => textarea.dataset.cannedOffer,
    list: (textarea) => document.getElementById(`${textarea.id}-canned`),
    pick: (option, textarea, start, end) => put(option.dataset.text, textarea, start, end),
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-canned]");
    if (!button) return;
    const textarea = button.form?.querySelector("textarea[data-canned-offer]");
    if (!textarea) return;
    event.preventDefault();
    button.closest("details").open = false;
    put(button.dataset.canned, textarea, textarea.selectionStart, textarea.selectionEnd);
  });
})();
