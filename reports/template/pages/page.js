(() => {
  // a link into something folded opens it
  const reveal = () => {
    let found;
    // what follows the # may be no name
    try { found = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch {}
    if (!found) return;
    for (let e = found; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    found.querySelectorAll(":scope > details").forEach((d) => { d.open = true; });
    found.scrollIntoView();
  };
  addEventListener("hashchange", reveal); reveal();
})();
