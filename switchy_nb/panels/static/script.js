// The lines of Python that do what was clicked, with a button that copies them all.
function render({ model, el }) {
  const frame = document.createElement("div");
  frame.className = "switchy-script";
  const code = document.createElement("pre");
  code.tabIndex = 0;
  code.setAttribute("role", "region");
  code.setAttribute("aria-label", "The same in Python");
  code.setAttribute("data-lm-suppress-shortcuts", "true");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button";
  button.textContent = "Copy as a cell";
  const done = document.createElement("span");
  done.className = "switchy-aside";
  done.setAttribute("role", "status");
  frame.append(button, done, code);
  el.append(frame);

  const text = () => model.get("lines").join("\n");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      done.textContent = "copied";
    } catch {
      // no clipboard without https, or without leave: select it, so that Ctrl+C has it
      const range = document.createRange();
      range.selectNodeContents(code);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      done.textContent = "selected: copy it with Ctrl+C";
    }
  };
  const draw = () => {
    const lines = model.get("lines");
    code.textContent = lines.length ? text() : "# what you click shows here as Python";
    code.scrollTop = code.scrollHeight;
    button.disabled = lines.length === 0;
    done.textContent = "";
  };
  button.addEventListener("click", copy);
  model.on("change:lines", draw);
  draw();
  return () => model.off("change:lines", draw);
}

export default { render };
