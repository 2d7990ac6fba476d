(() => {
  const make = (tag) => document.createElement(tag), KEYS = {
    ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Home: [-1e9, 0], End: [1e9, 0],
  };
  document.querySelectorAll(".chart").forEach((chart) => {
    const svg = chart.querySelector("svg"), box = chart.parentElement, off = new Set();
    const series = [...svg.querySelectorAll(".hits > g")].map((g) => ({
      name: g.dataset.name, colour: g.getAttribute("fill"),
      points: g.dataset.points.split("|").map((text) => {
        const [x, y, ...words] = text.split(" ");
        return { x: +x, y: +y, text: `${g.dataset.name}, ${words.join(" ")}${g.dataset.unit}` };
      }),
    }));
    const shown = () => series.filter((s) => !off.has(s.name));
    const parts = (name) => [...svg.querySelectorAll("[data-series]")].filter((g) => g.dataset.series === name);
    const tip = make("p"), mark = document.createElementNS(svg.namespaceURI, "circle");
    let own = series[0], at = -1;
    tip.className = "tip"; tip.setAttribute("role", "status"); chart.append(tip);
    mark.setAttribute("r", 5); mark.setAttribute("class", "at"); svg.append(mark);
    box.setAttribute("aria-label", `${box.getAttribute("aria-label")}. Arrow keys read its points`);

    const hide = () => { at = -1; tip.textContent = ""; mark.style.display = "none"; };
    const show = (s, i) => {
      const p = s.points[i], scale = svg.clientWidth / svg.viewBox.baseVal.width;
      own = s; at = i; tip.textContent = p.text;
      mark.style.display = ""; mark.setAttribute("cx", p.x); mark.setAttribute("cy", p.y);
      const left = p.x * scale - tip.offsetWidth / 2, below = p.y * scale + 12;
      tip.style.left = `${Math.max(0, Math.min(left, svg.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${p.y * scale - tip.offsetHeight < 14 ? below : p.y * scale - tip.offsetHeight - 12}px`;
    };
    const near = (list, x, y, far) => {
      let best = far, found = null;
      list.forEach((s) => s.points.forEach((p, i) => {
        const d = Math.hypot(p.x - x, p.y - y);
        if (d < best) { best = d; found = [s, i]; }
      }));
      return found;
    };
    const point = (event) => {
      const place = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / place.width;
      const found = near(shown(), (event.clientX - place.left) * scale, (event.clientY - place.top) * scale, 28);
      if (found) show(...found); else hide();
    };
    hide(); svg.addEventListener("pointermove", point); svg.addEventListener("pointerdown", point);
    svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });

    box.addEventListener("keydown", (event) => {
      const list = shown(), step = KEYS[event.key];
      if (event.key === "Escape") hide();
      if (event.target !== box || !step || !list.length) return;
      event.preventDefault();
      if (at < 0 || !list.includes(own)) { show(list[0], 0); return; }
      const next = list[(list.indexOf(own) + step[1] + list.length) % list.length];
      const here = own.points[at], last = own.points.length - 1;
      if (step[1]) show(...near([next], here.x, here.y, 1e9));
      else show(own, Math.max(0, Math.min(last, at + step[0])));
      tip.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
    box.addEventListener("blur", hide);

    const named = series.filter((s) => parts(s.name).length);
    if (named.length < 2) return;
    const legend = make("p");
    legend.className = "legend";
    named.forEach((s) => {
      const button = make("button"), swatch = make("i");
      button.setAttribute("aria-pressed", "true");
      swatch.style.background = s.colour; button.append(swatch, s.name);
      button.addEventListener("click", () => {
        const on = off.delete(s.name);
        if (!on) off.add(s.name);
        button.setAttribute("aria-pressed", on);
        parts(s.name).forEach((g) => { g.style.display = on ? "" : "none"; });
        hide();
      });
      legend.append(button);
    });
    box.before(legend);
  });
})();
