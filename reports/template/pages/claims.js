(() => {
  const form = document.querySelector("form.filter");
  const all = [...document.querySelectorAll("article.claim")];
  const words = new Map(all.map((claim) => [claim, claim.textContent.toLowerCase()]));
  const apply = () => {
    const chosen = Object.fromEntries(new FormData(form));
    const asked = chosen.words.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    all.forEach((claim) => {
      const fits = (!chosen.verdict || claim.dataset.verdict === chosen.verdict)
        && (!chosen.notebook || claim.dataset.notebook === chosen.notebook)
        && asked.every((word) => words.get(claim).includes(word));
      claim.hidden = !fits; shown += fits;
    });
    document.querySelectorAll("section.claims").forEach((s) => {
      s.hidden = !s.querySelector("article:not([hidden])");
    });
    form.querySelector("output").textContent = `${shown} of ${all.length}`;
  };
  // #verdict=contradicted&notebook=02_token_cost sets the filter; a claim's own link lifts it
  const preset = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const claim = document.getElementById(location.hash.slice(1));
    if (claim && claim.hidden) form.reset();
    for (const name of ["verdict", "notebook"]) {
      if (asked.has("verdict") || asked.has("notebook")) form.elements[name].value = asked.get(name) || "";
    }
    apply();
    if (claim) claim.scrollIntoView();
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", preset); preset();
})();
