// Files by button, drop and paste: each goes to the desk at once, with its progress, and can be taken
// back until the form is sent. Without this file the form brings them along when it is sent.
//
//   <input type="file" id="x" data-upload="/files/">   in a form
//   <ul data-files="x">                                where the files of that field are listed
(() => {
  "use strict";
  const uploads = new WeakMap(); // form -> how many are on their way
  const waiting = new WeakSet(); // forms to be sent when their last file is there

  const fieldOf = (form) => form?.querySelector("input[type=file][data-upload]");
  const listOf = (field) => field.form.querySelector(`[data-files="${CSS.escape(field.id)}"]`);
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    const sample = document.querySelector("svg.ico use")?.getAttribute("href") ?? "";
    use.setAttribute("href", `${sample.split("#")[0]}#i-${name}`);
    svg.setAttribute("class", "ico");
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  };
  const element = (tag, text = "", css = "") => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (css) made.className = css;
    return made;
  };
  const size = (bytes) =>
    bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

  function say(text) {
    const place = document.getElementById("files-said") ?? document.body.appendChild(element("div", "", "visually-hidden"));
    place.id = "files-said";
    place.setAttribute("role", "status");
    place.textContent = text;
  }

  function count(form, step) {
    const left = (uploads.get(form) ?? 0) + step;
    uploads.set(form, left);
    if (left || !waiting.has(form)) return;
    waiting.delete(form);
    if (form.isConnected && !form.querySelector(".file.bad")) form.requestSubmit();
  }

  function row(field, file) {
    const item = element("li");
    const box = element("span", "", "file");
    const name = element("bdi", file.name || "image.png", "wrap-any");
    const words = element("span", size(file.size));
    const progress = element("progress");
    progress.max = 1;
    progress.value = 0;
    progress.setAttribute("aria-label", `Uploading ${name.textContent}`);
    const remove = element("button", "", "btn btn-quiet btn-x");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove ${name.textContent}`);
    remove.append(icon("x-lg"));
    box.append(icon("file-earmark"), name, words, progress, remove);
    item.append(box);
    const list = listOf(field);
    list.hidden = false;
    list.append(item);
    return { item, box, name, words, progress, remove };
  }

  function drop(item, field) {
    const list = item.parentElement;
    item.remove();
    if (list && !list.children.length) list.hidden = true;
    field.focus();
  }

  function fail(parts, sentence) {
    parts.box.classList.add("bad");
    parts.progress.remove();
    parts.words.textContent = sentence;
    say(sentence);
  }

  function succeed(parts, field, stored) {
    parts.progress.remove();
    parts.name.textContent = stored.name;
    parts.words.textContent = size(stored.size);
    const hidden = element("input");
    hidden.type = "hidden";
    hidden.name = "attached";
    hidden.value = stored.id;
    parts.item.append(hidden);
    parts.item.dataset.discard = stored.discard;
    say(`${stored.name} is attached`);
  }

  function upload(field, file) {
    const form = field.form;
    const parts = row(field, file);
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("files", file, file.name || "image.png");
    request.open("POST", field.dataset.upload);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) parts.progress.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      const stored = request.status === 201 && request.response?.files?.[0];
      if (stored) succeed(parts, field, stored);
      else fail(parts, request.response?.message || tooLarge(request.status));
    });
    request.addEventListener("error", () => fail(parts, "The connection broke. Remove the file and add it again."));
    request.addEventListener("loadend", () => count(form, -1));
    parts.remove.addEventListener("click", () => {
      request.abort();
      discard(parts.item, form);
      drop(parts.item, field);
    });
    count(form, 1);
    request.send(data);
  }

  const tooLarge = (status) =>
    status === 413 ? "This file is too large." : "The file could not be stored. Remove it and try again.";

  function discard(item, form) {
    if (!item.dataset.discard) return;
    fetch(item.dataset.discard, {
      method: "POST",
      headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
    }).catch(() => {
      // It stays a day with the desk and goes by itself.
    });
  }

  const add = (field, files) => [...files].forEach((file) => upload(field, file));

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches?.("input[type=file][data-upload]") || !field.files.length) return;
    add(field, field.files);
    field.value = ""; // they are on their way already
  });

  document.addEventListener("paste", (event) => {
    const field = fieldOf(event.target.closest?.("form"));
    if (!field || !event.clipboardData?.files.length || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    add(field, event.clipboardData.files);
  });

  const target = (event) => {
    const form = event.target.closest?.("form");
    return event.dataTransfer?.types.includes("Files") && fieldOf(form) ? form : null;
  };
  const mark = (form, over) => (form.querySelector("[data-drop]") ?? form.closest(".comp") ?? form).classList.toggle("over", over);
  document.addEventListener("dragover", (event) => {
    const form = target(event);
    if (!form) return;
    event.preventDefault();
    mark(form, true);
  });
  document.addEventListener("dragleave", (event) => {
    const form = target(event);
    if (form && !form.contains(event.relatedTarget)) mark(form, false);
  });
  document.addEventListener("drop", (event) => {
    const form = target(event);
    if (!form) return;
    event.preventDefault();
    mark(form, false);
    add(fieldOf(form), event.dataTransfer.files);
  });

  // A form waits for its files; first of all listeners, so that nothing else sees the press.
  document.addEventListener(
    "submit",
    (event) => {
      if (!uploads.get(event.target)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting.add(event.target);
      say("Your message is sent when its files are there.");
    },
    true,
  );
})();
