// A row of fields with buttons behind them. What was typed goes to the kernel with the press of a
// button, in one message: a kernel that is busy never acts on what stood in a field before.

// Each form has this module to itself, so a count would give the same ids to several.
const newId = () => `switchy-${Math.random().toString(36).slice(2)}`;

function newField(field) {
  const box = document.createElement("div");
  box.className = `switchy-field switchy-${field.kind}`;
  const label = document.createElement("label");
  label.className = "widget-label";
  label.textContent = field.label;
  const input = document.createElement(field.kind === "choice" ? "select" : "input");
  input.id = label.htmlFor = newId();
  if (field.kind === "choice") {
    input.setAttribute("data-lm-suppress-shortcuts", "true");
  } else {
    input.type = field.kind === "number" ? "number" : "text";
    if (field.kind === "number") {
      input.min = "0";
      input.step = "any";
    }
    input.placeholder = field.hint;
    input.autocomplete = "off";
    input.spellcheck = false;
  }
  box.append(label, input);
  if (field.kind === "text" && field.options.length) {
    const list = document.createElement("datalist");
    list.id = `${input.id}-list`;
    input.setAttribute("list", list.id);
    box.append(list);
  }
  return { box, input, shown: null };
}

function offer({ box, input, shown }, options) {
  const wanted = JSON.stringify(options);
  const list = box.querySelector("select, datalist");
  if (!list || shown === wanted) return wanted;
  const chosen = input.value;
  list.replaceChildren(
    ...options.map(([text, value]) => {
      const option = document.createElement("option");
      option.textContent = text;
      option.value = value;
      return option;
    }),
  );
  if (list === input && options.some(([, value]) => value === chosen)) input.value = chosen;
  return wanted;
}

function render({ model, el }) {
  const form = document.createElement("div");
  form.className = "switchy-form jupyter-widgets";
  form.setAttribute("role", "group");
  form.setAttribute("aria-label", model.get("label"));
  el.append(form);
  const fields = new Map();
  const buttons = new Map();

  const press = (name) => {
    const button = buttons.get(name);
    if (!button || button.disabled) return;
    const values = Object.fromEntries([...fields].map(([n, { input }]) => [n, input.value]));
    model.send({ press: name, values });
  };
  // The page's other views of the same form show what is typed in this one. It is not saved, so
  // the kernel hears nothing of it.
  const share = () =>
    model.set("typed", Object.fromEntries([...fields].map(([n, { input }]) => [n, input.value])));
  const follow = () => {
    for (const [name, value] of Object.entries(model.get("typed") ?? {})) {
      const input = fields.get(name)?.input;
      if (input && input.value !== value) input.value = value;
    }
  };
  const draw = () => {
    for (const field of model.get("fields")) {
      let known = fields.get(field.name);
      if (!known) {
        known = newField(field);
        fields.set(field.name, known);
        form.append(known.box);
        known.shown = offer(known, field.options);
        // a choice begins with its first option, unless it is told another
        if (field.kind !== "choice" || field.value !== "") known.input.value = field.value;
        known.input.addEventListener("input", share);
        known.input.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          event.preventDefault();
          press(model.get("buttons")[0]?.name);
        });
      }
      known.shown = offer(known, field.options);
    }
    for (const { name, text, style } of model.get("buttons")) {
      if (buttons.has(name)) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = `jupyter-button widget-button ${style}`;
      button.textContent = text;
      // else JupyterLab takes keys for its own: b makes a cell, d d removes one
      button.setAttribute("data-lm-suppress-shortcuts", "true");
      button.addEventListener("click", () => press(name));
      buttons.set(name, button);
      form.append(button);
    }
  };
  const enable = () => {
    const off = new Set(model.get("off"));
    for (const [name, button] of buttons) button.disabled = off.has(name);
  };
  model.on("change:fields", draw);
  model.on("change:off", enable);
  model.on("change:typed", follow);
  draw();
  enable();
  follow();
  return () => {
    model.off("change:fields", draw);
    model.off("change:off", enable);
    model.off("change:typed", follow);
  };
}

export default { render };
