// Text that an admin has marked on the ticket stands in the form that removes it.
// It never goes into an address, and it is kept for that one step only.
(() => {
  const KEY = "redact-text";
  const field = document.querySelector("[data-redact-text]");
  if (field) {
    const marked = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (marked && !field.value) field.value = marked;
    return;
  }
  let marked = "";
  document.addEventListener("selectionchange", () => {
    const text = String(document.getSelection() || "").trim();
    if (text) marked = text;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-redact]") && marked) sessionStorage.setItem(KEY, marked);
  });
})();
