// The command box: Ctrl K (or Cmd K) on any page of the staff. Tickets, customers, organisations and
// views come from the address in data-command; what can be done on this page, from its own buttons (see ACTIONS).
// Without scripts the search of the sidebar finds the same.
(() => {
  "use strict";
  const dialog = document.getElementById("command");
  if (!dialog) return;
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[role=status]");
  const visible = (element) => element.checkVisibility?.() ?? true;
  const ACTIONS = {
    r: "Write a reply",
    n: "Write an internal note",
    i: "Take this ticket",
    a: "Assign this ticket",
    s: "Change the status",
    p: "Change the priority",
    t: "Change the category",
    l: "Add a tag",
    e: "Resolve this ticket",
    c: "New ticket for a customer",
    u: "Back to the list",
  };
  let asked = 0;
  let timer = 0;
  let shownFor = null; // the words that the list belongs to

  const options = () => [...list.querySelectorAll("[role=option]")];
  const current = () => options().find((option) => option.getAttribute("aria-selected") === "true");

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function actions(words) {
    return Object.entries(ACTIONS)
      .map(([key, title]) => {
        const target = [...document.querySelectorAll(`[data-key="${key}"]`)].find(visible);
        return target && { title, note: key.toUpperCase(), act: () => window.pressKey(target) };
      })
      .filter((item) => item && item.title.toLowerCase().includes(words.toLowerCase()));
  }

  // Parts are [text, whether it was looked for]: nodes of text, so that nothing in them is markup.
  function write(element, parts) {
    for (const [text, hit] of parts) {
      const node = hit ? document.createElement("mark") : document.createTextNode(text);
      if (hit) node.textContent = text;
      element.append(node);
    }
  }

  function show(groups) {
    list.replaceChildren();
    for (const group of groups.filter((one) => one.items.length)) {
      const part = document.createElement("div");
      part.setAttribute("role", "group");
      part.setAttribute("aria-label", group.name);
      const head = document.createElement("div");
      head.className = "cap";
      head.textContent = group.name;
      head.setAttribute("aria-hidden", "true");
      part.append(head);
      for (const item of group.items) {
        const option = document.createElement("div");
        option.setAttribute("role", "option");
        option.id = `command-${list.querySelectorAll("[role=option]").length + part.querySelectorAll("[role=option]").length}`;
        const title = document.createElement("bdi");
        write(title, item.marked ?? [[item.title, false]]);
        const note = document.createElement("span");
        note.className = "meta";
        note.textContent = item.note;
        option.append(title, note);
        if (item.excerpt?.length) {
          const excerpt = document.createElement("bdi");
          excerpt.className = "meta excerpt";
          write(excerpt, [["Description: ", false], ...item.excerpt]);
          option.append(excerpt);
        }
        option.run = item.act ?? (() => location.assign(item.url));
        part.append(option);
      }
      list.append(part);
    }
    choose(options()[0]);
    const count = options().length;
    said.textContent = count ? `${count} found` : "Nothing found. Try fewer words.";
    field.setAttribute("aria-expanded", String(count > 0));
  }

  async function look() {
    const turn = (asked += 1);
    const words = field.value.trim();
    const here = { name: "Actions", items: actions(words) };
    if (!words) {
      shownFor = words;
      return show([here]);
    }
    const url = new URL(dialog.dataset.command, location.href);
    url.searchParams.set("q", words);
    let groups = [];
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.ok) groups = (await answer.json()).groups;
    } catch {
      // Offline: what this page can do is still offered.
    }
    if (turn !== asked) return;
    shownFor = words;
    show([...groups, here]);
  }

  function run(option) {
    if (!option) return;
    dialog.close();
    option.run();
  }

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (dialog.open) return dialog.close();
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    dialog.showModal();
    field.select();
    look();
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  });
  field.addEventListener("keydown", (event) => {
    const all = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(all.indexOf(current()) + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(timer);
      // Whoever is quicker than the list gets what was typed, not what stood there before.
      if (field.value.trim() === shownFor) run(current());
      else look().then(() => run(current()));
    }
  });
  list.addEventListener("click", (event) => run(event.target.closest("[role=option]")));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
})();
