(() => {
  const root = document.documentElement;
  const all = (s) => [...document.querySelectorAll(s)];
  const make = (tag, props, ...inside) => {
    const made = Object.assign(document.createElement(tag), props);
    made.append(...inside);
    return made;
  };
  const target = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));

  // contents: open where there is room beside the text, the section being read marked
  all("details.toc").forEach((toc) => {
    const wide = matchMedia("(min-width: 1180px)"), fit = () => { toc.open = wide.matches; };
    fit(); wide.addEventListener("change", fit);
    const links = [...toc.querySelectorAll("a")];
    const mark = (entries) => {
      const seen = entries.filter((e) => e.isIntersecting).pop();
      if (seen) links.forEach((a) => {
        if (target(a) === seen.target) a.setAttribute("aria-current", "true");
        else a.removeAttribute("aria-current");
      });
    };
    const watch = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px" });
    links.map(target).filter(Boolean).forEach((heading) => watch.observe(heading));
  });

  // code: it stands on a page of its own, which hands over one block when asked
  let frame;
  const waiting = new Map();
  const unfold = (link, parts) => {
    const code = parts.map(([name, text]) => (name ? make("span", { className: name }, text) : text));
    const text = parts.map((part) => part[1]).join("");
    const copy = make("button", { type: "button", className: "copy" }, "Copy");
    copy.addEventListener("click", () => navigator.clipboard.writeText(text).then(
      () => { copy.textContent = "Copied"; }, () => { copy.textContent = "Not allowed"; }));
    const pre = make("pre", { className: "highlight", tabIndex: 0 }, ...code);
    link.closest("figure, .takeaway").after(make("div", { className: "unfolded" }, copy, pre));
  };
  const parts = (block) => [...block.querySelector("pre").childNodes]
    .map((node) => [node.className || "", node.textContent]);
  const ask = (link) => {
    const id = decodeURIComponent(link.hash.slice(1)), block = target(link);
    if (block) { unfold(link, parts(block)); return; }
    waiting.set(id, link);
    if (!frame) {
      frame = make("iframe", { src: link.href.split("#")[0], hidden: true, title: "Code" });
      frame.addEventListener("load", () => {
        frame.ready = true;
        waiting.forEach((_, name) => frame.contentWindow.postMessage(name, "*"));
      });
      document.body.append(frame);
    } else if (frame.ready) frame.contentWindow.postMessage(id, "*");
  };
  addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && waiting.has(event.data.id)) {
      unfold(waiting.get(event.data.id), event.data.parts);
      waiting.delete(event.data.id);
    }
  });
  const folds = all("a.code"), isOpen = (link) => link.getAttribute("aria-expanded") === "true";
  const toggle = (link, open) => {
    if (open === isOpen(link)) return;
    link.setAttribute("aria-expanded", open);
    const below = link.closest("figure, .takeaway").nextElementSibling;
    if (open) ask(link);
    else if (below && below.matches(".unfolded")) below.remove();
  };
  folds.forEach((link) => {
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("click", (event) => { event.preventDefault(); toggle(link, !isOpen(link)); });
  });
  all("button.all-code").forEach((every) => {
    every.hidden = false;
    every.addEventListener("click", () => {
      const open = every.textContent.startsWith("Show");
      folds.forEach((link) => toggle(link, open));
      every.textContent = open ? "Hide all code" : "Show all code";
    });
  });

  // notes: their text beside the number
  let shown;
  const hide = () => { if (shown) shown.remove(); shown = null; };
  const show = (link) => {
    const note = target(link);
    hide();
    if (!note) return;
    const words = [...note.childNodes].map((node) => node.cloneNode(true));
    shown = make("div", { className: "pop", role: "tooltip" }, ...words);
    link.parentElement.append(shown);
    const over = shown.getBoundingClientRect().right - root.clientWidth + 8;
    if (over > 0) shown.style.left = `${-over}px`;
  };
  all("sup > a").forEach((link) => {
    link.parentElement.addEventListener("pointerenter", () => show(link));
    link.parentElement.addEventListener("pointerleave", hide);
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", hide);
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
