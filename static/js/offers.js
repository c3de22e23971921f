// A list of offers below a <textarea> while a word of some kind is typed: for the pointer and the keyboard.
// One list at a time. A script says what it offers by window.offerIn({...}):
//
//   fields                  selector of the textareas
//   word                    expression for the text up to the cursor; its first group is what was typed so far
//   url(textarea)           where the offers come from, by ?q=
//   list(textarea)          the element with role=listbox that they are put into
//   pick(option, textarea, start, end)   puts the choice in place of the group and the sign before it
(() => {
  "use strict";
  const kinds = [];
  let open = null; // { kind, list, field }
  let asked = 0;

  const options = () => [...(open?.list.querySelectorAll("[role=option]") ?? [])];
  const current = () => options().find((option) => option.getAttribute("aria-selected") === "true");

  function close() {
    asked += 1;
    open?.list.replaceChildren();
    open?.field.removeAttribute("aria-activedescendant");
    open = null;
  }

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    open.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    choose(all[(all.indexOf(current()) + by + all.length) % all.length]);
  }

  function insert(option) {
    const { kind, field } = open;
    const end = field.selectionStart;
    const typed = kind.word.exec(field.value.slice(0, end))[1];
    close();
    kind.pick(option, field, end - typed.length - 1, end);
  }

  function wanted(field) {
    if (field.selectionStart !== field.selectionEnd) return null;
    const before = field.value.slice(0, field.selectionStart);
    for (const kind of kinds) {
      const found = field.matches(kind.fields) && kind.word.exec(before);
      if (found) return { kind, words: found[1] };
    }
    return null;
  }

  async function offer(field) {
    const found = wanted(field);
    if (!found) return close();
    const turn = (asked += 1);
    const url = new URL(found.kind.url(field), location.href);
    url.searchParams.set("q", found.words);
    let html = "";
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      if (answer.ok) html = await answer.text();
    } catch {
      // Offline: nothing is offered.
    }
    if (turn !== asked) return;
    const list = found.kind.list(field);
    if (open && open.list !== list) open.list.replaceChildren();
    const parsed = new DOMParser().parseFromString(html, "text/html");
    list.replaceChildren(...parsed.querySelectorAll("[role=option]"));
    if (!list.children.length) return close();
    open = { kind: found.kind, list, field };
    choose(options()[0]);
  }

  document.addEventListener("input", (event) => {
    if (kinds.some((kind) => event.target.matches?.(kind.fields))) offer(event.target);
  });

  // Before all others: these keys belong to the list while it is open.
  document.addEventListener(
    "keydown",
    (event) => {
      if (!open || event.target !== open.field || event.ctrlKey || event.metaKey || event.isComposing) return;
      const act = {
        ArrowDown: () => step(1),
        ArrowUp: () => step(-1),
        Enter: () => insert(current()),
        Tab: () => insert(current()),
        Escape: close,
      }[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    true,
  );

  // On press, not on click: the text keeps the focus.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.("[role=option]");
    if (!option || !open?.list.contains(option)) return;
    event.preventDefault();
    insert(option);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === open?.field) close();
  });

  window.offerIn = (kind) => kinds.push(kind);
})();
