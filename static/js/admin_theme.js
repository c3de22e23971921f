// Runs in the head: gives Django's admin the theme of the desk's cookie before the first paint, and
// lets its button go through light, dark and "like the device".
(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const found = /(?:^|;\s*)theme=(auto|light|dark)/.exec(document.cookie);
  root.dataset.theme = found ? found[1] : "auto";
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll(".theme-toggle")) {
      const name = () => {
        button.title = `Theme: ${root.dataset.theme === "auto" ? "like the device" : root.dataset.theme}`;
      };
      button.hidden = false;
      name();
      button.addEventListener("click", () => {
        const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
        const secure = location.protocol === "https:" ? "; Secure" : "";
        document.cookie = `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
        root.dataset.theme = next;
        name();
      });
    }
  });
})();
