// What is waited for: a line each, with its progress and a button while it goes on. Its text is
// announced when it changes, what ticks beside it is not.
function newWait(model, id) {
  const item = document.createElement("li");
  item.className = "switchy-status";
  const sign = document.createElement("span");
  sign.className = "switchy-sign";
  sign.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.className = "switchy-words";
  text.setAttribute("role", "status");
  text.setAttribute("aria-live", "polite");
  const bar = document.createElement("progress");
  bar.max = 1;
  const aside = document.createElement("span");
  aside.className = "switchy-aside";
  aside.setAttribute("aria-hidden", "true");
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "jupyter-button widget-button";
  stop.textContent = "Stop waiting";
  stop.setAttribute("data-lm-suppress-shortcuts", "true");
  stop.addEventListener("click", () => model.send({ cancel: id }));
  item.append(sign, text, bar, aside, stop);
  return { item, sign, text, bar, aside, stop };
}

function render({ model, el }) {
  const list = document.createElement("ul");
  list.className = "switchy-waits";
  list.setAttribute("aria-label", "Waits");
  el.append(list);
  const known = new Map();
  const set = (node, value) => {
    if (node.textContent !== value) node.textContent = value;
  };
  const draw = () => {
    const waits = model.get("waits");
    const kept = new Set(waits.map((wait) => wait.id));
    for (const [id, { item }] of known) {
      if (!kept.has(id)) {
        item.remove();
        known.delete(id);
      }
    }
    for (const wait of waits) {
      let shown = known.get(wait.id);
      if (!shown) {
        shown = newWait(model, wait.id);
        known.set(wait.id, shown);
        list.prepend(shown.item);
      }
      shown.item.dataset.tone = wait.tone;
      set(shown.sign, wait.sign);
      set(shown.text, wait.text);
      set(shown.aside, wait.aside);
      shown.bar.hidden = shown.stop.hidden = !wait.open;
      shown.bar.value = wait.share;
      shown.bar.setAttribute("aria-label", `Progress: ${wait.text}`);
      shown.stop.setAttribute("aria-description", wait.text);
    }
    list.hidden = waits.length === 0;
  };
  model.on("change:waits", draw);
  draw();
  return () => model.off("change:waits", draw);
}

export default { render };
