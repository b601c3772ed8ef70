// The headers of one event. What has changed since the event before is told by a word as well as by
// a colour, and the Python that gets a header can be copied. Everything is set as text.
const newId = () => `switchy-${Math.random().toString(36).slice(2)}`;

function element(tag, role, className) {
  const made = document.createElement(tag);
  if (role) made.setAttribute("role", role);
  if (className) made.className = className;
  return made;
}

function button(text) {
  const made = element("button", null, "jupyter-button widget-button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("data-lm-suppress-shortcuts", "true");
  return made;
}

function labelled(input, text) {
  const kind = input.type === "checkbox" ? "check" : "text";
  const box = element("div", null, `switchy-field switchy-${kind}`);
  const label = element("label", null, "widget-label");
  label.textContent = text;
  input.id = label.htmlFor = newId();
  box.append(...(kind === "check" ? [input, label] : [label, input]));
  return box;
}

function render({ model, el }) {
  const me = newId();
  const frame = element("div", "group", "switchy-headers");
  frame.setAttribute("aria-label", "Chosen event");
  const title = element("div", "status", "switchy-headers-title");
  const note = element("div", null, "switchy-note");
  const tools = element("div", "group", "switchy-form");
  tools.setAttribute("aria-label", "Headers");
  const find = element("input");
  find.type = "text";
  find.placeholder = "name or value";
  find.autocomplete = "off";
  find.spellcheck = false;
  const only = element("input");
  only.type = "checkbox";
  only.setAttribute("data-lm-suppress-shortcuts", "true");
  const copy = button("Copy as code");
  const column = button("Copy for all events");
  tools.append(labelled(find, "Find"), labelled(only, "Only what changed"), copy, column);
  const said = element("div", "status", "switchy-note");
  const grid = element("div", "grid", "switchy-header-grid");
  grid.setAttribute("aria-label", "Headers");
  grid.setAttribute("data-lm-suppress-shortcuts", "true");
  grid.tabIndex = 0;
  const code = element("code", null, "switchy-header-code");
  frame.append(title, note, tools, grid, code, said);
  el.append(frame);
  let rows = [];
  let at = -1;

  const path = () => `${model.get("root")}.event(${model.get("event").n})${rows[at].path}`;
  const every = () => `${model.get("root")}.header(${rows[at].key})`;
  const select = (to, into = true) => {
    at = Math.min(Math.max(to, rows.length ? 0 : -1), rows.length - 1);
    rows.forEach(({ row }, n) => row.setAttribute("aria-selected", String(n === at)));
    copy.disabled = column.disabled = at < 0;
    if (at < 0) {
      grid.removeAttribute("aria-activedescendant");
      code.textContent = "";
      return;
    }
    const { row, key } = rows[at];
    column.disabled = key === null;
    grid.setAttribute("aria-activedescendant", row.id);
    code.textContent = path();
    if (!into) return;
    // not scrollIntoView: it would move the notebook as well
    const bottom = row.offsetTop + row.offsetHeight - grid.clientHeight;
    grid.scrollTop = Math.min(Math.max(grid.scrollTop, bottom), row.offsetTop);
  };
  const draw = () => {
    const { lines = [], n = null, title: words = "", note: told = "" } = model.get("event");
    const wanted = find.value.toLowerCase();
    const before = rows[at]?.path;
    frame.hidden = n === null;
    if (title.textContent !== words) title.textContent = words;
    note.textContent = told;
    rows = [];
    for (const [name, value, mark, was, where, key] of lines) {
      if (only.checked && mark === "") continue;
      if (wanted && !`${name}: ${value}`.toLowerCase().includes(wanted)) continue;
      const row = element("div", "row", "switchy-header-line");
      row.id = `${me}-${rows.length}`;
      row.dataset.mark = mark;
      const cells = ["name", "mark", "value"].map((c) =>
        element("span", c === "name" ? "rowheader" : "gridcell", `switchy-header-${c}`),
      );
      cells[0].textContent = name;
      cells[1].textContent = mark;
      cells[2].textContent = value;
      if (mark === "changed" || mark === "gone") {
        const old = element("span", null, "switchy-header-was");
        old.textContent = `${mark === "gone" ? "" : " "}was ${was === "" ? "empty" : was}`;
        cells[2].append(old);
      }
      row.append(...cells);
      const place = rows.length;
      row.addEventListener("click", () => select(place));
      rows.push({ row, path: where, key: name === "(body)" ? null : key });
    }
    grid.replaceChildren(...rows.map(({ row }) => row));
    said.textContent = rows.length || n === null ? "" : "No header is like that.";
    select(Math.max(0, rows.findIndex(({ path: p }) => p === before)), before !== undefined);
  };
  const put = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = `copied: ${text}`;
    } catch {
      // no clipboard without https, or without leave: select it, so that Ctrl+C has it
      code.textContent = text;
      const range = document.createRange();
      range.selectNodeContents(code);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      said.textContent = "selected: copy it with Ctrl+C";
    }
  };
  copy.addEventListener("click", () => put(path()));
  column.addEventListener("click", () => put(every()));
  find.addEventListener("input", draw);
  only.addEventListener("change", draw);
  grid.addEventListener("keydown", (event) => {
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + 10,
      PageUp: at - 10,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (to !== undefined) select(to);
    else if (event.key === "Enter" && at >= 0) put(path());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const redraw = () => draw();
  model.on("change:event", redraw);
  model.on("change:root", redraw);
  draw();
  return () => {
    model.off("change:event", redraw);
    model.off("change:root", redraw);
  };
}

export default { render };
