"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filter"), help = byId("help");
  const gates = [...document.querySelectorAll(".gate")];
  const groups = [...document.querySelectorAll(".group")].map((element) => ({
    element,
    gate: element.closest(".gate").id,
    count: element.querySelector(".count"),
    path: element.querySelector("h3").textContent.toLowerCase(),
    items: [...element.querySelectorAll(".item")],
  }));
  const items = groups.flatMap((group) => group.items);
  const words = new Map();
  const textOf = (item, path) => {
    if (!words.has(item)) words.set(item, path + " " + item.textContent.toLowerCase());
    return words.get(item);
  };

  function filter() {
    const wanted = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const gate = byId("gate").value;
    const severities = new Set([...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
    const known = byId("known")?.checked ?? false;
    let shown = 0;
    for (const group of groups) {
      let fitting = 0;
      for (const item of group.items) {
        const fits = (!gate || gate === group.gate) && severities.has(item.dataset.s) &&
          (known || !("known" in item.dataset)) &&
          (!wanted.length || wanted.every((word) => textOf(item, group.path).includes(word)));
        item.hidden = !fits;
        fitting += fits;
      }
      shown += fitting;
      group.count.textContent = fitting;
      group.element.hidden = !fitting;
      if (wanted.length && fitting && shown <= 500) group.element.open = true;
    }
    for (const section of gates) section.hidden = gate !== "" && gate !== section.id;
    byId("shown").textContent = `${shown} of ${items.length}`;
  }

  const reachable = (item) => !item.hidden && !item.closest(".group").hidden;
  function move(step) {
    const here = document.activeElement.closest?.(".item");
    let at = here ? items.indexOf(here) + step : step > 0 ? 0 : items.length - 1;
    while (items[at] && !reachable(items[at])) at += step;
    const next = items[at];
    if (!next) return;
    next.closest(".group").open = true;
    next.firstElementChild.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  function moveGate(step) {
    const open = gates.filter((gate) => !gate.hidden);
    const line = form && !form.hidden ? form.offsetHeight + 24 : 24;
    const tops = open.map((gate) => gate.getBoundingClientRect().top - line);
    const at = step > 0 ? tops.findIndex((top) => top > 2) : tops.findLastIndex((top) => top < -2);
    open[at]?.scrollIntoView({ block: "start" });
  }
  const showHelp = () => (help.open ? help.close() : help.showModal());

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches?.("input[type=search], select");
    if (event.key === "Escape" && typing && event.target.id === "text") {
      if (event.target.value) { event.target.value = ""; filter(); } else event.target.blur();
      event.preventDefault();
      return;
    }
    if (typing) {
      if (event.key === "Enter" && event.target.id === "text") { event.preventDefault(); move(1); }
      return;
    }
    if (event.key === "?") { event.preventDefault(); showHelp(); return; }
    if (help.open) return;
    const act = { "/": () => byId("text")?.focus(), j: () => move(1), k: () => move(-1), n: () => moveGate(1), p: () => moveGate(-1) }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    byId("keys").addEventListener("click", showHelp);
    const start = () => {
      const asked = /^#q=(.*)/.exec(location.hash);
      if (asked) { try { byId("text").value = decodeURIComponent(asked[1]); } catch { /* not encoded as a link is */ } }
      filter();
    };
    addEventListener("hashchange", start);
    start();
  }
  document.documentElement.dataset.ready = "";
})();
