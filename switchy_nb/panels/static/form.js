// A row of fields with buttons behind them. What was typed goes to the kernel with the press of a
// button, in one message: a kernel that is busy never acts on what stood in a field before.

// Each form has this module to itself, so a count would give the same ids to several.
const newId = () => `switchy-${Math.random().toString(36).slice(2)}`;
const ELEMENTS = { choice: "select", lines: "textarea" };
const TYPES = { number: "number", check: "checkbox", secret: "password" };

function newField(field) {
  const box = document.createElement("div");
  box.className = `switchy-field switchy-${field.kind}${field.wide ? " switchy-wide" : ""}`;
  const label = document.createElement("label");
  label.className = "widget-label";
  label.textContent = field.label;
  const input = document.createElement(ELEMENTS[field.kind] ?? "input");
  input.id = label.htmlFor = newId();
  if (field.kind === "choice" || field.kind === "check") {
    // else JupyterLab takes keys for its own: b makes a cell, d d removes one
    input.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  if (input.tagName === "INPUT") input.type = TYPES[field.kind] ?? "text";
  if (field.kind === "number") {
    input.min = "0";
    input.step = "any";
  }
  if (field.kind === "lines") input.rows = 2;
  if (field.kind !== "choice" && field.kind !== "check") {
    input.placeholder = field.hint;
    input.autocomplete = field.kind === "secret" ? "new-password" : "off";
    input.spellcheck = false;
  }
  box.append(...(field.kind === "check" ? [input, label] : [label, input]));
  const check = field.kind === "check";
  return {
    box,
    input,
    kind: field.kind,
    shown: null,
    get: () => (check ? (input.checked ? "on" : "") : input.value),
    set: (value) => {
      if (check) input.checked = value !== "";
      else if (input.value !== value) input.value = value;
    },
  };
}

function offer({ box, input, kind, shown }, options) {
  const wanted = JSON.stringify(options);
  let list = box.querySelector("select, datalist");
  if (!list && kind === "text" && options.length) {
    list = document.createElement("datalist");
    list.id = `${input.id}-list`;
    input.setAttribute("list", list.id);
    box.append(list);
  }
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
  form.className = `switchy-form jupyter-widgets ${model.get("look")}`;
  form.setAttribute("role", "group");
  form.setAttribute("aria-label", model.get("label"));
  const more = document.createElement("details");
  more.className = "switchy-more";
  const summary = document.createElement("summary");
  summary.textContent = "More";
  summary.setAttribute("data-lm-suppress-shortcuts", "true");
  const rest = document.createElement("div");
  rest.className = "switchy-form";
  more.append(summary, rest);
  const pushes = document.createElement("div"); // side by side, also where they need a line of their own
  pushes.className = "switchy-buttons";
  el.append(form);
  const fields = new Map();
  const buttons = new Map();

  const typed = () => Object.fromEntries([...fields].map(([name, field]) => [name, field.get()]));
  const press = (name) => {
    const button = buttons.get(name);
    if (!button || button.disabled) return;
    model.send({ press: name, values: typed() });
    for (const field of fields.values()) if (field.kind === "secret") field.set("");
  };
  // The page's other views of the same form show what is typed in this one. It is not saved, so
  // the kernel hears nothing of it; and secrets are nobody's.
  const share = () =>
    model.set(
      "typed",
      Object.fromEntries(Object.entries(typed()).filter(([n]) => fields.get(n).kind !== "secret")),
    );
  const follow = () => {
    for (const [name, value] of Object.entries(model.get("typed") ?? {}))
      fields.get(name)?.set(value);
  };
  const draw = () => {
    for (const field of model.get("fields")) {
      let known = fields.get(field.name);
      if (!known) {
        known = newField(field);
        fields.set(field.name, known);
        (field.more ? rest : form).append(known.box);
        known.shown = offer(known, field.options);
        known.first = "";
        known.input.addEventListener("input", share);
        known.input.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" || event.isComposing || field.kind === "lines") return;
          event.preventDefault();
          if (!event.repeat) press(model.get("buttons")[0]?.name);
        });
      }
      known.shown = offer(known, field.options);
      // what it begins with may change while nobody has typed; a choice has its first option
      if (field.value !== known.first && known.kind !== "secret") {
        const chosen = known.kind === "choice" && known.first !== "";
        if (!chosen && (known.kind === "choice" || known.get() === known.first))
          known.set(field.value);
        known.first = field.value;
      }
    }
    for (const { name, text, style } of model.get("buttons")) {
      if (buttons.has(name)) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = `jupyter-button widget-button ${style}`;
      button.textContent = text;
      button.setAttribute("data-lm-suppress-shortcuts", "true");
      button.addEventListener("keydown", (event) => {
        if (event.repeat && event.key === "Enter") event.preventDefault(); // held, it is one press
      });
      button.addEventListener("click", (event) => {
        // by a double click nobody means two calls, or two waits; on a keypad it is two digits
        if (event.detail < 2 || model.get("look") === "switchy-keypad") press(name);
      });
      buttons.set(name, button);
      pushes.append(button);
    }
    if (!pushes.isConnected) form.append(pushes);
    if (rest.childElementCount && !more.isConnected) form.append(more);
  };
  const enable = () => {
    const off = new Set(model.get("off"));
    for (const [name, button] of buttons) {
      button.disabled = off.has(name);
      button.title = model.get("reason");
    }
  };
  const heard = { "change:fields": draw, "change:off": enable, "change:reason": enable };
  heard["change:typed"] = follow;
  for (const [name, handler] of Object.entries(heard)) model.on(name, handler);
  draw();
  enable();
  follow();
  return () => {
    for (const [name, handler] of Object.entries(heard)) model.off(name, handler);
  };
}

export default { render };
