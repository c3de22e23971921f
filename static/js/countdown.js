// Seconds that run down: <span data-countdown="8">8</span>. An extra: the page says at the start how many it is.
(() => {
  "use strict";
  const ends = new WeakMap();

  function show() {
    for (const place of document.querySelectorAll("[data-countdown]")) {
      if (!ends.has(place)) ends.set(place, performance.now() + Number(place.dataset.countdown) * 1000);
      const left = Math.max(0, Math.ceil((ends.get(place) - performance.now()) / 1000));
      if (place.textContent !== String(left)) place.textContent = String(left);
    }
  }

  show();
  setInterval(show, 250);
})();
