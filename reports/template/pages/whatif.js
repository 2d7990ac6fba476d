(() => {
  const box = document.getElementById("whatif"), STEPS = 200, KEY = "#whatif:";
  const make = (tag, given = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (name.includes("-") || name === "role") element.setAttribute(name, value); else element[name] = value;
    }
    element.append(...children);
    return element;
  };

  // ---- values: one list holds the quantities, then the controls; units and places go with it
  const controls = whatIf.controls.map(([name, unit, low, central, high, from, to, log, more, setting]) =>
    ({ name, unit, low, central, high, from, to, log, more, setting, scale: { share: 100, tokens: 1e-12 }[unit] || 1 }));
  const first = whatIf.quantities.length, every = [...whatIf.quantities, ...whatIf.controls];
  const place = new Map(every.map(([name], i) => [name, i])), units = every.map(([, unit]) => unit);
  const computed = (inputs) => [...whatIf.compute(inputs), ...inputs];
  const central = controls.map((c) => c.central), report = computed(central);
  let now = report, known = location.hash, timer;
  const number = (v, i) => formats.quantity(v, units[i], ""), said = (v, i) => formats.quantity(v, units[i], whatIf.units[units[i]]);
  const near = (a, b) => a === b || Math.abs(a - b) <= 1e-12 * Math.abs(b);
  const sum = (of, bar) => bar.reduce((total, i) => total + of[i], 0);
  const changed = () => controls.filter((c) => now[c.place] !== c.central);
  const pairs = (list) => list.map((c) => `${c.name}=${now[c.place]}`);

  // ---- where a value lies between the ends of its control, and back, in readable digits
  const part = (c, v) => (c.log ? Math.log(v / c.low) / Math.log(c.high / c.low) : (v - c.low) / (c.high - c.low));
  const value = (c, p) => {
    const v = c.log ? c.low * (c.high / c.low) ** p : c.low + p * (c.high - c.low);
    return p <= 0 ? c.low : p >= 1 ? c.high : Math.min(Math.max(Number(v.toPrecision(3)), c.low), c.high);
  };

  // ---- controls, from the rows of the table of inputs
  const field = (c, label, column) => {
    const called = `${column ? `${column}: ` : ""}${label}`, suffix = { share: "%", tokens: "T" }[c.unit] || "";
    const digit = 10 ** (Math.floor(Math.log10(Math.abs(c.central * c.scale) || 1)) - 1);
    const belief = make("i"), end = (v) => make("span", {}, number(v, c.place)), [from, to] = [part(c, c.from), part(c, c.to)];
    belief.style.left = `calc(8px + ${from} * (100% - 16px))`; // the middle of a thumb stays inside its slider
    belief.style.width = `calc(${to - from} * (100% - 16px))`;
    c.typed = make("input", { type: "number", step: Number(digit.toPrecision(1)), "aria-label": called });
    c.slider = make("input", { type: "range", min: 0, max: STEPS, "aria-label": `${called}, slider` });
    c.was = make("small");
    c.slider.addEventListener("input", () => set([[c.place, value(c, c.slider.value / STEPS)]], c.slider));
    c.typed.addEventListener("input", () => {
      const v = c.typed.value === "" ? NaN : Number(c.typed.value) / c.scale, fits = v >= c.low && v <= c.high;
      c.typed.setAttribute("aria-invalid", !fits);
      if (fits) set([[c.place, v]], c.typed);
    });
    c.typed.addEventListener("change", () => set([]));
    c.cell = make("div", { className: "cell", "data-name": c.name },
      make("label", {}, ...(column ? [make("span", {}, column)] : []), c.typed, suffix, " ", c.was),
      c.slider, make("div", { className: "ends" }, belief, end(c.low), end(c.high)));
    return c.cell;
  };
  controls.forEach((c, i) => { c.place = first + i; });
  const rows = [[], []], inputs = box.querySelector("table.inputs"), outcomes = box.querySelector("table.outcomes");
  const columns = [...inputs.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  [...inputs.tBodies[0].rows].forEach(({ cells: [head, ...cells] }, i) => {
    const id = `whatif-${i}`, label = head.textContent, own = cells.map((cell) => controls[place.get(cell.dataset.name) - first]);
    const fields = own.map((c, k) => field(c, label, own.length > 1 ? columns[k] : ""));
    rows[own[0].more].push(make("div", { className: "row", role: "group", "aria-labelledby": id },
      make("div", { className: "what", id }, ...head.childNodes), ...fields));
  });
  const choices = whatIf.choices.map(([label, options]) => {
    const select = make("select", {}, make("option", { value: "" }, "own values"), ...options.map(([name], i) => make("option", { value: i }, name)));
    select.addEventListener("change", () => { if (select.value) set(options[select.value].slice(1)); });
    return { select, options, label: make("label", {}, label, " ", select) };
  });

  // ---- charts: stacked parts, or dots on a logarithmic axis; pale or hollow is the report
  const put = (element, left, size) => {
    element.style.left = `${left}%`;
    if (size) element.style.width = `${size}%`;
    return element;
  };
  const line = (label, picture, words) => make("div", { className: "bar" }, make("span", {}, label), picture, make("span", {}, words));
  const stacked = (bars, parts) => {
    const most = Math.max(...bars.flatMap(([, bar]) => [sum(now, bar), sum(report, bar)]));
    const track = (of, bar, kind) => {
      let left = 0;
      return make("div", { className: `track ${kind}` }, ...bar.map((i, k) => {
        const size = 100 * of[i] / most;
        left += size;
        return put(make("i", { className: `part-${parts[k][0]}` }), left - size, size);
      }));
    };
    return bars.map(([label, bar]) => line(label, make("div", {}, track(now, bar, "now"), track(report, bar, "was")), number(sum(now, bar), bar[0])));
  };
  const dots = (bars) => {
    const logs = bars.flatMap(([, [i]]) => [now[i], report[i]]).filter((v) => v > 0 && v < Infinity).map(Math.log10);
    const least = Math.floor(Math.min(...logs)), most = Math.max(Math.ceil(Math.max(...logs)), least + 1);
    const share = (power) => Math.min(Math.max(100 * (power - least) / (most - least), 0), 100);
    const dot = (v, className) => put(make("i", { className }), share(Math.log10(v)));
    const ticks = () => Array.from({ length: most - least + 1 }, (_, k) => put(make("u"), share(least + k)));
    const ends = [least, most].map((power) => make("span", {}, formats.number(10 ** power, "")));
    return [...bars.map(([label, [i]]) => line(label, make("div", { className: "track dots" }, ...ticks(), dot(report[i], "was"), dot(now[i], "now")), number(now[i], i))),
      line("", make("div", { className: "axis" }, ...ends), "")];
  };
  const charts = whatIf.charts.map(([title, bars, parts]) => {
    const area = make("div", { role: "img" }), legend = parts.map(([name, label]) => make("span", {}, make("i", { className: `part-${name}` }), label));
    const figure = make("figure", {}, make("figcaption", {}, title), area, make("div", { className: "legend" }, ...legend));
    return { title, bars, figure, draw: () => area.replaceChildren(...(parts.length ? stacked(bars, parts) : dots(bars))),
      describe: () => area.setAttribute("aria-label", `${title}. ${bars.map(([label, bar]) => `${label}: ${number(sum(now, bar), bar[0])}, report ${number(sum(report, bar), bar[0])}`).join("; ")}.`) };
  });

  // ---- put together: form, summary, charts and conditions before the table of outcomes
  const conditions = make("ul", { className: "conditions" }), summary = make("p", { className: "summary", role: "status" });
  const reset = make("button", { type: "button" }, "Reset"), link = make("a", {}, "Link to these settings"), command = make("code");
  const again = make("p", {}, link, " ", command);
  const form = make("form", {}, make("p", { className: "note" }, "The line under a slider is the report\u2019s own range."),
    make("div", { className: "choices" }, ...choices.map((c) => c.label)), ...rows[0],
    make("details", {}, make("summary", {}, "More inputs"), ...rows[1]), reset);
  form.addEventListener("submit", (event) => event.preventDefault());
  reset.addEventListener("click", () => set(controls.map((c) => [c.place, c.central])));
  inputs.parentElement.replaceWith(form);
  form.after(summary, ...charts.map((c) => c.figure), conditions);
  outcomes.caption.textContent = "What these settings give";
  box.append(again);
  const results = [...outcomes.querySelectorAll("td")].map((cell) => {
    const { cells } = cell.parentElement, column = cells.length > 2 ? `${columns[cell.cellIndex - 1]}, ` : "";
    return { cell, i: place.get(cell.dataset.name), label: column + cells[0].firstChild.textContent.trim() };
  });

  // ---- what moves: numbers at once; words, link and address when the hand rests
  const judged = ([label, i], low, high) => {
    const holds = now[i] >= (low ?? -Infinity) && now[i] <= (high ?? Infinity);
    return [`${label} ${said(now[i], i)}: `, make("b", { className: holds ? "yes" : "no" }, holds ? "holds" : "does not hold")];
  };
  const settle = () => {
    const moved = changed(), hash = moved.length ? KEY + pairs(moved).join("&") : "", settings = pairs(moved.filter((c) => c.setting));
    summary.textContent = moved.length
      ? results.filter(({ i }) => whatIf.headlines.includes(i)).map(({ i, label }) => `${label}: now ${said(now[i], i)}, report ${said(report[i], i)}.`).join(" ")
      : "These are the settings of the report.";
    charts.forEach((c) => c.describe());
    command.textContent = settings.length ? `make report SET="${settings.join(" ")}"` : "";
    again.hidden = !moved.length; link.href = hash || KEY;
    if (location.hash !== known || !(hash || known.startsWith(KEY))) return; // another link is about to be followed
    try { history.replaceState(null, "", hash || location.pathname + location.search); } catch { /* not every place lets a page do so */ }
    known = location.hash;
  };
  const set = (changes, source) => {
    const inputs = now.slice(first);
    changes.forEach(([i, v]) => { inputs[i - first] = v; });
    now = computed(inputs);
    controls.forEach((c) => {
      const v = now[c.place];
      c.cell.dataset.value = v;
      if (source !== c.typed) { c.typed.value = Number((v * c.scale).toPrecision(4)); c.typed.setAttribute("aria-invalid", false); }
      if (source !== c.slider) c.slider.value = STEPS * part(c, v);
      c.slider.setAttribute("aria-valuetext", said(v, c.place));
      c.was.textContent = v === c.central ? "" : `report ${number(c.central, c.place)}`;
    });
    choices.forEach(({ select, options }) => {
      const chosen = options.findIndex(([, ...sets]) => sets.every(([i, v]) => near(now[i], v)));
      select.value = chosen < 0 ? "" : chosen;
    });
    results.forEach(({ cell, i }) => {
      cell.dataset.value = now[i];
      cell.replaceChildren(number(now[i], i), ...(near(now[i], report[i]) ? [] : [" ", make("small", {}, `report ${number(report[i], i)}`)]));
    });
    charts.forEach((c) => c.draw());
    conditions.replaceChildren(...whatIf.verdicts.map(([statement, asked, of, low, high]) => make("li", {}, `\u201c${statement}\u201d `,
      make("span", { className: "asked" }, `(${asked}) `), ...of.flatMap((one, k) => [k ? "; " : "", ...judged(one, low, high)]), ".")));
    clearTimeout(timer); timer = setTimeout(settle, 250);
  };
  const follow = () => {
    known = location.hash;
    if (!known.startsWith(KEY)) return;
    const wanted = known.slice(KEY.length).split("&").flatMap((pair) => {
      const [name, written = ""] = pair.split("="), c = controls[place.get(name) - first], v = Number(written);
      return c && /^[-+\d.eE]+$/.test(written) && v >= c.low && v <= c.high ? [[c.place, v]] : [];
    });
    set([...controls.map((c) => [c.place, c.central]), ...wanted]);
    if (changed().some((c) => c.more)) form.querySelector("details").open = true;
    box.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  set([]); follow(); settle();
})();
