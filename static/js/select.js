// Choosing rows of a list: all of the page, a range with Shift, and how many there are.
//
//   form[data-select]     holds boxes named "ticket"
//   [data-select-all]     ticks all of them; Shift A does so, too
//   [data-selected]       says how many are ticked
(() => {
  "use strict";
  let last = null;
  const boxes = (form) => [...form.querySelectorAll("input[name=ticket]")];

  function tell(form) {
    const all = boxes(form);
    const ticked = all.filter((box) => box.checked).length;
    for (const box of all) box.closest("[data-row]")?.classList.toggle("sel", box.checked);
    const words = form.querySelector("[data-selected]");
    if (words) words.textContent = ticked ? `${ticked} selected` : "";
    const head = form.querySelector("[data-select-all]");
    if (!head) return;
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }

  function set(form, ticked) {
    for (const box of boxes(form)) box.checked = ticked;
    tell(form);
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("form[data-select] input[name=ticket]");
    if (!box) return;
    const all = boxes(box.form);
    const [from, to] = [all.indexOf(last), all.indexOf(box)];
    if (event.shiftKey && from >= 0) {
      for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
    }
    last = box;
    tell(box.form);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-select]");
    if (!form) return;
    if (event.target.matches("[data-select-all]")) set(form, event.target.checked);
    else tell(form);
  });

  document.addEventListener("reset", (event) => {
    if (event.target.matches("form[data-select]")) setTimeout(() => tell(event.target));
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog");
    if (typing || !event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.key !== "A") return;
    if (document.querySelector("[data-keys-on]")?.checked === false) return;
    const form = document.querySelector("form[data-select]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    set(form, !boxes(form).every((box) => box.checked));
  }, true);
})();
