(() => {
  const root = document.documentElement.dataset, button = document.querySelector("button.theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  let kept = {};
  // a file may not store, nor may what it stores be full
  try { kept = localStorage ?? kept; } catch {}
  const isDark = () => (root.theme || (system.matches ? "dark" : "light")) === "dark";
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  if (kept.theme) root.theme = kept.theme;
  button.hidden = false; label(); system.addEventListener("change", label);
  button.addEventListener("click", () => {
    root.theme = isDark() ? "light" : "dark"; label();
    try { kept.theme = root.theme; } catch {}
  });
})();
