(() => {
  const links = [...document.querySelectorAll("a[data-page]")];
  const show = (link) => document.getElementById(link.dataset.page)?.scrollIntoView();
  links.forEach((link) => link.addEventListener("click", () => setTimeout(() => show(link))));
  const here = location.hash && links.find((a) => a.getAttribute("href") === location.hash);
  if (here) show(here);
})();
