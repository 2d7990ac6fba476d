(() => {
  // a link into something folded opens it
  const reveal = () => {
    let found;
    try { found = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { /* no name */ }
    if (!found) return;
    for (let e = found; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    found.querySelectorAll(":scope > details").forEach((d) => { d.open = true; });
    found.scrollIntoView();
  };
  addEventListener("hashchange", reveal); reveal();
})();
