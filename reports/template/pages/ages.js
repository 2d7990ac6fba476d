(() => {
  // by the reader's clock; a month ends with its last day
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  document.querySelectorAll(".ages").forEach((list) => {
    const hint = list.querySelector("[hidden]");
    list.querySelectorAll("time").forEach((time) => {
      const [year, month, day] = time.dateTime.split("-");
      const end = Date.UTC(year, day ? month - 1 : month, day || 0);
      const days = Math.floor((Date.now() - end) / 864e5);
      time.insertAdjacentHTML("afterend", ` <span>(${words.format(-days, "day")})</span>`);
      if (hint && days > 60) hint.hidden = false;
    });
  });
})();
