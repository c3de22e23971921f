// Conveniences for every page. All of them are extras: each page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // ── Theme: the choice lives in a cookie, so that the server writes it into the next page ──
  function chooseTheme(choice) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${choice}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    root.dataset.themeChoice = choice;
    document.dispatchEvent(new Event("themechoice"));
    markTheme();
  }

  function markTheme() {
    for (const button of all("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === root.dataset.themeChoice));
    }
  }

  // ── Menus on <details>: a click elsewhere or Esc closes them ──
  function closeMenus(except) {
    for (const menu of all("details.menu[open]")) {
      if (!except || !menu.contains(except)) menu.open = false;
    }
  }

  // ── Toasts: go after eight seconds, unless the pointer or the focus is on them ──
  const TOAST_MS = 8000;

  function startToast(toast) {
    if (toast.dataset.started) return;
    toast.dataset.started = "1";
    let left = TOAST_MS;
    const tick = 250;
    const timer = setInterval(() => {
      if (!toast.isConnected) return clearInterval(timer);
      if (toast.matches(":hover") || toast.contains(document.activeElement)) left = TOAST_MS;
      else if ((left -= tick) <= 0) {
        clearInterval(timer);
        toast.remove();
      }
    }, tick);
  }

  function toast(text, { button, onClick } = {}) {
    const box = document.createElement("div");
    box.className = "toast-d";
    const words = document.createElement("span");
    words.className = "text";
    words.textContent = text;
    box.append(words);
    if (button) {
      const action = document.createElement("button");
      action.type = "button";
      action.className = "btn btn-sm btn-quiet";
      action.textContent = button;
      action.addEventListener("click", () => {
        box.remove();
        onClick();
      });
      box.append(action);
    }
    document.getElementById("toasts")?.append(box);
    startToast(box);
  }

  // The server's good news arrives as a notice in the page, where it also stands without scripts.
  function noticesToToasts() {
    const toasts = document.getElementById("toasts");
    for (const notice of all(".notice[data-toast]")) {
      notice.querySelector(".ico")?.remove();
      notice.removeAttribute("data-toast");
      notice.className = "toast-d";
      toasts?.append(notice);
    }
    if (toasts) [...toasts.children].forEach(startToast);
  }

  // ── Drafts: <form data-draft="name"> keeps its text on this device until it was sent ──
  // The server clears a draft by putting data-draft-done="name" on the page that follows.
  const DRAFT_DAYS = 14;
  const draftTimers = new WeakMap();
  const draftKey = (name) => `draft:${name}`;
  const draftFields = (form) =>
    [...form.elements].filter(
      (field) => field.name && !field.disabled && !field.closest("[data-draft-skip]") &&
        !["hidden", "password", "file", "submit", "button"].includes(field.type),
    );

  function readDraft(name) {
    try {
      const draft = JSON.parse(localStorage.getItem(draftKey(name)));
      if (draft && Date.now() - draft.at < DRAFT_DAYS * 86400000) return draft;
      localStorage.removeItem(draftKey(name));
    } catch {
      // No storage on this device, or a draft that cannot be read: there is none.
    }
    return null;
  }

  // <form data-draft-server="time"> has its draft on the server: what the device holds is only for
  // when the server could not be reached, and given back when it is the newer one.
  const keptByServer = (form) => form.hasAttribute("data-draft-server");

  function saveDraft(form) {
    const values = {};
    for (const field of draftFields(form)) {
      if (field.type === "radio" || field.type === "checkbox") {
        if (field.checked) (values[field.name] ??= []).push(field.value);
      } else values[field.name] = field.value;
    }
    const at = Date.now();
    try {
      localStorage.setItem(draftKey(form.dataset.draft), JSON.stringify({ at, values }));
      if (!keptByServer(form)) sayDraft(form, at);
    } catch {
      // Full or forbidden storage: nothing to promise, so nothing is said.
    }
  }

  function sayDraft(form, at) {
    const place = form.querySelector("[data-draft-said]");
    const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    if (place) place.textContent = `Draft saved on this device at ${time}`;
  }

  function restoreDraft(form) {
    const draft = readDraft(form.dataset.draft);
    // A page that comes back with errors already holds what was typed last.
    if (!draft || form.hasAttribute("data-draft-keep")) return;
    if (keptByServer(form) && draft.at <= Number(form.dataset.draftServer)) return forgetDraft(form);
    const fields = draftFields(form);
    for (const field of fields) {
      const value = draft.values[field.name];
      if (value === undefined) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = value.includes(field.value);
      else if (field.tagName !== "SELECT" || [...field.options].some((o) => o.value === value)) field.value = value;
    }
    sayDraft(form, draft.at);
    // The server has not seen it yet; htmx listens once the page is loaded.
    if (keptByServer(form)) addEventListener("load", () => fields.forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true }))));
    form.dispatchEvent(new Event("draft:restored", { bubbles: true }));
  }

  function forgetDraft(form) {
    clearTimeout(draftTimers.get(form));
    draftTimers.delete(form);
    try {
      localStorage.removeItem(draftKey(form.dataset.draft));
    } catch {
      // No storage, no draft.
    }
  }

  function clearDrafts(from) {
    for (const mark of all("[data-draft-done]", from)) {
      try {
        localStorage.removeItem(draftKey(mark.dataset.draftDone));
      } catch {
        // No storage, no draft.
      }
      delete mark.dataset.draftDone;
    }
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(draftTimers.get(form));
    draftTimers.set(form, setTimeout(() => saveWaitingDraft(form), 800));
  });
  function saveWaitingDraft(form) {
    if (!draftTimers.has(form)) return;
    clearTimeout(draftTimers.get(form));
    draftTimers.delete(form);
    saveDraft(form);
  }
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form) saveWaitingDraft(form);
  });
  // Leaving the page, or on a phone the app, without leaving the field first.
  const saveAllDrafts = () => all("form[data-draft]").forEach(saveWaitingDraft);
  addEventListener("pagehide", saveAllDrafts);
  document.addEventListener("visibilitychange", () => document.hidden && saveAllDrafts());

  // The text as it was when it left is safe on the server now, or only here.
  function afterAutosave(form, { successful }) {
    if (!form) return;
    if (!successful) {
      saveDraft(form);
      return sayDraft(form, Date.now());
    }
    form.dataset.draftServer = Date.now();
    if (!draftTimers.has(form)) forgetDraft(form);
  }

  // ── One press, one request: a form that is on its way cannot be sent again ──
  function lock(form, submitter) {
    const button = submitter ?? form.querySelector("button:not([type=button]), input[type=submit]");
    form.setAttribute("aria-busy", "true");
    if (!button || button.dataset.said) return;
    button.dataset.said = button.innerHTML;
    button.textContent = button.dataset.busy || "Sending…";
    // Only after this turn: a disabled button would not send its own name and value.
    setTimeout(() => (button.disabled = true));
  }

  function unlock(form) {
    form.removeAttribute("aria-busy");
    for (const button of all("[data-said]", form)) {
      button.innerHTML = button.dataset.said;
      button.disabled = false;
      delete button.dataset.said;
    }
  }

  // First of all listeners, so that htmx does not see the second press either.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target.getAttribute("aria-busy") !== "true") return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const byHtmx = form.matches("[hx-post], [hx-boost=true]");
    if (form.method !== "post" || (event.defaultPrevented && !byHtmx)) return;
    saveWaitingDraft(form);
    lock(form, event.submitter);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[aria-busy]").forEach(unlock);
  });

  // ── Small buttons ──
  function togglePassword(button) {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    if (!field) return;
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? "Hide" : "Show";
  }

  async function copyFrom(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    const text = "value" in source ? source.value : source.textContent;
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied");
    } catch {
      // Without clipboard rights the text is at least selected, one key from being copied.
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button, a");
    if (button?.dataset.themeSet) chooseTheme(button.dataset.themeSet);
    if (button?.hasAttribute("data-show-password")) togglePassword(button);
    if (button?.dataset.copy) copyFrom(button);
    if (button?.hasAttribute("data-print")) print();
    if (button?.hasAttribute("data-back")) history.back();
    if (button?.dataset.dialog) document.getElementById(button.dataset.dialog)?.showModal();
    if (button?.hasAttribute("data-close")) button.closest(".toast-d, .notice, dialog")?.remove();
    closeMenus(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of all("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea, [data-send] *")) {
      event.target.form?.requestSubmit();
    }
  });

  // A form that applies itself: <form data-auto-submit>; its button is for pages without scripts.
  // Keys go through the values of a <select> one by one: Enter, or leaving it, says which one is meant.
  const selfSent = (target) => target.closest?.("form[data-auto-submit]");
  let byKeys = null; // the <select> that the last key was pressed in
  let waiting = null; // the form whose value nobody has confirmed yet

  function settle(form) {
    form.querySelector("[data-waiting]")?.remove();
    waiting = null;
  }

  function wait(form) {
    if (waiting === form) return;
    const words = document.createElement("span");
    words.className = "meta text-nowrap align-self-center";
    words.dataset.waiting = "";
    words.setAttribute("role", "status");
    form.append(words);
    words.textContent = "Enter saves";
    waiting = form;
  }

  document.addEventListener("change", (event) => {
    const form = selfSent(event.target);
    if (!form) return;
    if (event.target === byKeys) return wait(form);
    settle(form);
    form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    const opens = event.altKey || ["Enter", " ", "Tab", "F4"].includes(event.key);
    byKeys = event.target.matches?.("select") && !opens ? event.target : null;
    if (!waiting?.contains(event.target)) return;
    const form = waiting;
    if (event.key === "Escape") form.reset();
    if (event.key === "Enter") event.preventDefault();
    if (!["Escape", "Enter"].includes(event.key)) return;
    settle(form);
    if (event.key === "Enter") form.requestSubmit();
  });
  document.addEventListener("pointerdown", () => (byKeys = null));
  document.addEventListener("focusout", (event) => {
    const form = waiting;
    if (!form?.contains(event.target)) return;
    settle(form);
    form.requestSubmit();
  });

  // ── htmx ──
  // A poll (hx-trigger with "every") waits while nobody looks, or while somebody is on it.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = event.detail.elt;
    if (!/\bevery\b/.test(element.getAttribute("hx-trigger") ?? "")) return;
    if (document.hidden || element.matches(":hover") || element.contains(document.activeElement)) {
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const element = event.detail.elt;
    if (element.matches?.("form")) unlock(element);
    if (element.matches?.("[data-discards]") && element.form) forgetDraft(element.form);
    if (element.matches?.("[data-autosave]")) afterAutosave(element.form, event.detail);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    noticesToToasts();
    clearDrafts(document);
    markTheme();
    focusAfterSwap(event.detail.elt);
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const element = event.detail.elt;
      if (/\b(every|load)\b/.test(element.getAttribute("hx-trigger") ?? "")) return;
      if (element.matches("[data-autosave], [data-preview]")) return;
      const text = navigator.onLine
        ? "Could not save. Your text is still here."
        : "You are offline. Your text is still here.";
      const again = () => (element.matches("form") ? element.requestSubmit() : window.htmx?.trigger(element, "click"));
      toast(text, { button: "Try again", onClick: again });
    });
  }

  function focusErrors() {
    document.querySelector(".sum[tabindex]")?.focus();
  }

  // What had the focus may be gone after a swap; then the errors have it, or the part marked data-focus.
  function focusAfterSwap(part) {
    const errors = part?.querySelector?.(".sum[tabindex]");
    if (errors) errors.focus();
    else if (document.activeElement === document.body) {
      part?.querySelector?.("[data-focus]")?.focus({ preventScroll: true });
    }
  }

  // ── At the start ──
  clearDrafts(document);
  all("form[data-draft]").forEach(restoreDraft);
  noticesToToasts();
  markTheme();
  focusErrors();
})();
