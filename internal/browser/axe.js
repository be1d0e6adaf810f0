// Timers of this world, which sees the page and is not the page's. Where the
// page's scripts are off, the browser's own never end, so they are run by hand.
globalThis.timers = new Map();
globalThis.setTimeout = (run, delay, ...args) => {
  const id = timers.size + 1;
  timers.set(id, () => delay > 100 || run(...args)); // a longer one only guards against waiting
  return id;
};
globalThis.clearTimeout = (id) => timers.set(id, () => {});
globalThis.runTimers = () => {
  for (const [id, run] of timers) {
    timers.set(id, () => {});
    run();
  }
};

// axe takes every noscript element for hidden. One that shows is stood in for by
// a plain element while axe looks.
const showNoscript = () => {
  const shown = [...document.querySelectorAll("noscript")].filter((e) => getComputedStyle(e).display !== "none");
  const back = shown.map((noscript) => {
    const plain = document.createElement("div");
    plain.style.display = getComputedStyle(noscript).display;
    plain.append(...noscript.childNodes);
    noscript.replaceWith(plain);
    return () => {
      noscript.append(...plain.childNodes);
      plain.replaceWith(noscript);
    };
  });
  return () => back.forEach((undo) => undo());
};

globalThis.check = () => {
  globalThis.found = null;
  const undo = showNoscript();
  axe.run(document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"] },
    resultTypes: ["violations"],
    preload: false,
  }).then((results) => results.violations.map((v) => ({
    id: v.id,
    impact: v.impact,
    help: v.help,
    url: v.helpUrl,
    nodes: v.nodes.map((n) => `${n.target.join(" ")}: ${n.html}: ${n.failureSummary.replace(/\s+/g, " ")}`),
  })), (error) => ({ error: String(error) })).then((found) => {
    undo();
    globalThis.found = found;
  });
};
