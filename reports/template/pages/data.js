(() => {
  const form = document.querySelector("form.filter");
  if (!form) return;
  const items = [...document.querySelectorAll(form.dataset.items)];
  const texts = items.map((item) => item.textContent.toLowerCase());
  const groups = [...document.querySelectorAll("[data-group]")];
  const apply = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/);
    let shown = 0;
    items.forEach((item, i) => {
      item.hidden = !words.every((word) => texts[i].includes(word));
      shown += !item.hidden;
    });
    groups.forEach((group) => {
      group.hidden = !items.some((item) => !item.hidden && group.contains(item));
    });
    form.querySelector("output").textContent = `${shown} of ${items.length}`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
