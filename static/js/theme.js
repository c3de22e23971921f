// Runs in the head, before the first paint: says that scripts work, and turns the theme "auto" into the device's.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const choice = root.dataset.themeChoice;
    root.dataset.bsTheme = choice === "auto" ? (device.matches ? "dark" : "light") : choice;
  };
  root.classList.add("js");
  show();
  device.addEventListener("change", show);
  document.addEventListener("themechoice", show);
})();
