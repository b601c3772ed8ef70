// A line of text with a sign before it and something that ticks behind it. Only the text is
// announced. Whatever comes from the kernel is set as text, never as markup.
function render({ model, el }) {
  const line = document.createElement("div");
  line.className = "switchy-status";
  const sign = document.createElement("span");
  sign.className = "switchy-sign";
  sign.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.className = "switchy-words";
  text.setAttribute("role", "status");
  text.setAttribute("aria-live", "polite");
  const aside = document.createElement("span");
  aside.className = "switchy-aside";
  aside.setAttribute("aria-hidden", "true");
  line.append(sign, text, aside);
  el.append(line);

  const set = (node, value) => {
    if (node.textContent !== value) node.textContent = value;
  };
  const draw = () => {
    const { text: words = "", tone = "plain", sign: mark = "", aside: ticks = "" } =
      model.get("shown");
    line.dataset.tone = tone;
    line.classList.toggle("switchy-empty", words === "");
    set(sign, words && mark);
    set(text, words);
    if (text.title !== words) text.title = words;
    set(aside, ticks);
  };
  model.on("change:shown", draw);
  draw();
  return () => model.off("change:shown", draw);
}

export default { render };
