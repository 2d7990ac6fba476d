const formats = (() => {
  const fixed = (x, places) => {
    const near = x.toFixed(places), all = x.toFixed(100), cut = all.length - 100 + places;
    const tie = /^50*$/.test(all.slice(cut)); // halves go to the even digit, as in the report
    return tie && /[13579]$/.test(near) ? all.slice(0, places ? cut : cut - 1) : near;
  };
  const grouped = (text) => text.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
  const minus = (text) => text.replace(/-/g, "\u2212");
  const significant = (x, digits = 3) => {
    if (x === 0) return "0";
    const size = Number(Math.abs(x).toExponential().split("e")[1]);
    return minus(grouped(fixed(x, Math.min(Math.max(0, digits - 1 - size), 9))));
  };
  const scales = [[1e15, "Q"], [1e12, "T"], [1e9, "B"], [1e6, "M"]];
  const large = ["tokens", "requests", "usd", "stars", "usd_per_year", "btc", "blocks"];
  const number = (x, unit) => {
    if (Number.isNaN(x)) return "unknown";
    if (!Number.isFinite(x)) return x > 0 ? "no limit" : "no lower limit";
    if (unit === "share") {
      const places = Math.abs(x * 100) < 99.95 ? 1 : 0, text = fixed(x * 100, places);
      return minus(Number(text) === 0 ? fixed(0, places) : text) + "%";
    }
    if (unit === "year" || (["count", "rank", "weeks", "days"].includes(unit) && Number.isInteger(x))) {
      return unit === "year" ? minus(fixed(x, 0)) : minus(grouped(fixed(x, 0)));
    }
    if (unit === "ratio" && Math.abs(x) > 0 && Math.abs(x) < 0.005) return `1/${significant(1 / x)}`;
    const scale = large.includes(unit) && scales.find(([least]) => Math.abs(x) >= least);
    return scale ? significant(x / scale[0]) + scale[1] : significant(x);
  };
  const quantity = (x, unit, label) => {
    const text = number(x, unit);
    if (!Number.isFinite(x)) return text;
    if (unit === "ratio") return text.includes("/") ? text : `${text}\u00d7`;
    return label ? `${text}\u202f${label}` : text;
  };
  return { number, quantity };
})();
