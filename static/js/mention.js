// "@" in a <textarea data-mentions="address"> offers colleagues (offers.js).
// Without this file one types the user id; the preview says whether there is such a colleague.
window.offerIn({
  fields: "[data-mentions]",
  word: /(?:^|[^\w@.+/-])@([\w.+-]{0,40})$/,
  url: (textarea) => textarea.dataset.mentions,
  list: (textarea) => document.getElementById(textarea.getAttribute("aria-controls")),
  pick(option, textarea, start, end) {
    textarea.setRangeText(`@${option.dataset.id} `, start, end, "end");
    textarea.focus();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  },
});
