// Keys for the staff's pages. Never active while somebody types; can be switched off in the "?" dialog.
//
// Pages say what a key does in their markup:
//   data-row                   a row of a list; J and K move through them, X ticks its box, Enter opens its a.s
//   data-key="t"               the key T presses this button or link, or puts the focus into this field;
//                              in a form[data-select] for the ticked rows, or for the current one if none is
//   data-row-key="i"           the key I presses this button of the current row
//   data-goto="d"              G, then D, follows this link
//   data-keys-on               the box that says whether they are on at all
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const visible = (element) => element.checkVisibility?.() ?? true;
  const first = (selector) => all(selector).find(visible);

  // The choice is on the server (a form in the "?" dialog); here it holds at once.
  const keysOn = () => document.querySelector("[data-keys-on]")?.checked ?? true;

  const current = () => document.activeElement?.closest("[data-row]") ?? document.querySelector("[data-row].cur");

  function mark(row) {
    for (const other of all("[data-row].cur")) other.classList.remove("cur");
    row?.classList.add("cur");
  }

  function move(step) {
    const rows = all("[data-row]");
    if (!rows.length) return;
    const next = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(current()) + step))];
    mark(next);
    (next.querySelector("a.s") ?? next.querySelector("a"))?.focus();
  }

  const boxOf = (row) => row?.querySelector("input[type=checkbox]");
  let ticked = null; // the row that a range begins at

  function tick() {
    const row = current();
    mark(row);
    boxOf(row)?.click();
    ticked = row;
  }

  function tickRange() {
    const rows = all("[data-row]");
    const ends = [rows.indexOf(ticked), rows.indexOf(current())];
    if (ends[1] < 0) return;
    const [start, end] = ends[0] < 0 ? [ends[1], ends[1]] : ends.sort((one, other) => one - other);
    for (const row of rows.slice(start, end + 1)) if (boxOf(row)?.checked === false) boxOf(row).click();
  }

  // The newest "Undo": of a toast, or of a notice where there are no toasts.
  const undo = () => all("#toasts form button, .notices form button, [data-undo]").filter(visible).pop()?.click();

  // What the key presses on a list: a button of the current row, or one for the ticked rows.
  function ofRows(key) {
    const row = current();
    const own = row?.querySelector(`[data-row-key="${CSS.escape(key)}"]`);
    if (own) return own;
    const button = document.querySelector(`form[data-select] [data-key="${CSS.escape(key)}"]`);
    if (button && !button.form.querySelector("input[name=ticket]:checked")) boxOf(row)?.click();
    return null;
  }

  // ── From ticket to ticket of the list that one came from ──
  const KEPT = "list-order";
  const LAST = "list-at"; // the ticket that was open last
  const path = (address) => new URL(address, location.href).pathname;
  function keepOrder() {
    const links = all("#list [data-row] a.s");
    try {
      if (document.getElementById("panel")) sessionStorage.setItem(LAST, location.pathname);
      if (!links.length) return;
      sessionStorage.setItem(KEPT, JSON.stringify(links.map((link) => link.href)));
      const last = links.find((link) => path(link.href) === sessionStorage.getItem(LAST));
      if (last && !current()) mark(last.closest("[data-row]"));
    } catch {
      // Without storage J and K stay on the page.
    }
  }
  function neighbour(step) {
    let links = [];
    try {
      links = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    } catch {
      return false;
    }
    const at = links.findIndex((link) => path(link) === location.pathname);
    const next = at < 0 ? undefined : links[at + step];
    if (next) location.assign(next);
    return at >= 0;
  }
  keepOrder();
  document.addEventListener("htmx:afterSettle", keepOrder);
  addEventListener("pageshow", keepOrder);

  function press(element) {
    if (element.matches("input:not([type=submit], [type=radio], [type=checkbox]), select, textarea")) element.focus();
    else element.click();
    // The composer's switch: its text is what one wants next, and it may be the one in front already.
    if (element.dataset.opens) document.getElementById(element.dataset.opens)?.focus();
  }

  window.pressKey = press; // for the command box

  let gone = 0;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.(
      "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog",
    );
    if (event.key === "Escape" && typing?.matches("input, textarea, select")) typing.blur(); // for the keys again
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    const key = event.key.toLowerCase();
    const afterG = Date.now() - gone < 1200;
    gone = 0;
    if (key === "a" && event.shiftKey) return; // all on the page: select.js
    const target = afterG
      ? document.querySelector(`[data-goto="${CSS.escape(key)}"]`)
      : ofRows(key) ?? first(`[data-key="${CSS.escape(key)}"]`);
    if (target) {
      event.preventDefault();
      press(target);
    } else if (key === "g") gone = Date.now();
    else if (key === "?") document.getElementById("keys")?.showModal();
    else if (key === "j") document.getElementById("panel") ? neighbour(1) : move(1);
    else if (key === "k") document.getElementById("panel") ? neighbour(-1) : move(-1);
    else if (key === "x") event.shiftKey ? tickRange() : tick();
    else if (key === "z") undo();
  });

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches?.("[data-row] input[type=checkbox]")) {
      box.closest("[data-row]").classList.toggle("sel", box.checked);
    }
  });

})();
