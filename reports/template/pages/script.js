(() => {
  const root = document.documentElement, find = (s) => document.querySelector(s);
  const store = {
    get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
    set: (v) => { try { localStorage.setItem("theme", v); } catch { /* a file may not store */ } },
  };
  const button = find("button.theme"), dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  if (store.get()) root.dataset.theme = store.get();
  button.hidden = false; label(); dark.addEventListener("change", label);
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark"; store.set(root.dataset.theme); label();
  });

  const toc = find("details.toc"), code = find("button.all-code");
  if (toc && innerWidth < 1180) toc.open = false;
  if (code) {
    code.hidden = false;
    code.addEventListener("click", () => {
      const folds = [...document.querySelectorAll("details.code")], open = !folds[0].open;
      folds.forEach((d) => { d.open = open; });
      code.textContent = open ? "Hide all code" : "Show all code";
    });
  }

  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1)), target = id && document.getElementById(id);
    if (!target) return;
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.querySelectorAll(":scope > details").forEach((d) => { d.open = true; });
    target.scrollIntoView();
  };

  const form = find("form.filter");
  if (form) {
    const all = [...document.querySelectorAll("article.claim")];
    const apply = () => {
      const { verdict, notebook, words } = Object.fromEntries(new FormData(form));
      let shown = 0;
      all.forEach((claim) => {
        const fits = (!verdict || claim.dataset.verdict === verdict)
          && (!notebook || claim.dataset.notebook === notebook)
          && claim.textContent.toLowerCase().includes(words.toLowerCase());
        claim.hidden = !fits; shown += fits;
      });
      document.querySelectorAll("section.claims").forEach((s) => {
        s.hidden = !s.querySelector("article:not([hidden])");
      });
      form.querySelector("output").textContent = `${shown} of ${all.length}`;
    };
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    const preset = () => {
      const match = location.hash.match(/^#verdict=(.+)$/);
      if (match) form.elements.verdict.value = match[1];
      apply();
    };
    addEventListener("hashchange", preset); preset();
  }
  addEventListener("hashchange", reveal); reveal();
})();
