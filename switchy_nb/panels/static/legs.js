// The list of legs: a grid whose rows are chosen with the mouse or the arrow keys. The kernel sends
// rows as text, and is told which row was chosen. Nothing from it is ever set as markup.
const COLUMNS = [
  ["state", "State"],
  ["direction", "Leg"],
  ["sender", "From"],
  ["to", "To"],
  ["app", "App"],
  ["age", "Age"],
];

function newRow(row) {
  const tr = document.createElement("tr");
  tr.setAttribute("role", "row");
  tr.dataset.leg = row.uuid;
  // Else JupyterLab takes keys for its own: arrows leave the cell, b makes one, d d removes it.
  // It looks at what has the focus first, so this must stand on the row itself.
  tr.setAttribute("data-lm-suppress-shortcuts", "true");
  tr.cells_ = {};
  for (const [name] of COLUMNS) {
    const td = document.createElement("td");
    td.setAttribute("role", "gridcell");
    td.className = `switchy-${name}`;
    if (name === "state") {
      tr.dot_ = document.createElement("span");
      tr.dot_.className = "switchy-dot";
      tr.dot_.setAttribute("aria-hidden", "true");
      td.append(tr.dot_);
    }
    const text = document.createElement("span");
    td.append(text);
    tr.cells_[name] = text;
    tr.append(td);
  }
  return tr;
}

function fill(tr, row, chosen) {
  for (const [name] of COLUMNS) {
    const text = tr.cells_[name];
    if (text.textContent !== row[name]) {
      text.textContent = row[name];
      text.parentElement.title = name === "state" && row.why ? row.why : row[name];
    }
  }
  tr.dot_.style.backgroundColor = row.colour;
  tr.classList.toggle("switchy-joined", row.joined);
  tr.classList.toggle("switchy-over", row.why !== "");
  tr.setAttribute("aria-selected", String(chosen));
}

function render({ model, el }) {
  const frame = document.createElement("div");
  frame.className = "switchy-legs";
  const table = document.createElement("table");
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", "Calls");
  const head = document.createElement("thead");
  const names = document.createElement("tr");
  names.setAttribute("role", "row");
  for (const [name, title] of COLUMNS) {
    const th = document.createElement("th");
    th.setAttribute("role", "columnheader");
    th.scope = "col";
    th.className = `switchy-${name}`;
    th.textContent = title;
    names.append(th);
  }
  head.append(names);
  const body = document.createElement("tbody");
  table.append(head, body);
  frame.append(table);
  el.append(frame);

  const byId = new Map();
  let last = "";

  const choose = (tr, focus) => {
    if (!tr) return;
    if (focus) tr.focus();
    if (tr.getAttribute("aria-selected") !== "true") model.send({ choose: tr.dataset.leg });
  };
  body.addEventListener("click", (event) => choose(event.target.closest("tr"), true));
  body.addEventListener("keydown", (event) => {
    const rows = [...body.rows];
    const at = rows.indexOf(event.target.closest("tr"));
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      Enter: at,
      " ": at,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    choose(rows[to], true);
  });

  const draw = () => {
    const rows = model.get("rows");
    const chosen = model.get("chosen");
    const kept = new Set(rows.map((row) => row.uuid));
    for (const [uuid, tr] of byId) {
      if (!kept.has(uuid)) {
        tr.remove();
        byId.delete(uuid);
      }
    }
    rows.forEach((row, at) => {
      let tr = byId.get(row.uuid);
      if (!tr) {
        tr = newRow(row);
        byId.set(row.uuid, tr);
      }
      fill(tr, row, row.uuid === chosen);
      // moved only where it must be: a row that is moved loses the focus
      if (body.rows[at] !== tr) body.insertBefore(tr, body.rows[at] ?? null);
    });
    // one row is reached with the Tab key, the others from there with the arrows
    const reached = byId.get(chosen) ?? body.rows[0];
    for (const tr of body.rows) tr.tabIndex = tr === reached ? 0 : -1;
    frame.classList.toggle("switchy-empty", rows.length === 0);
    if (chosen !== last && byId.has(chosen)) {
      // not scrollIntoView: it would move the notebook as well
      const tr = byId.get(chosen);
      const top = tr.offsetTop - head.offsetHeight;
      const bottom = tr.offsetTop + tr.offsetHeight - frame.clientHeight;
      frame.scrollTop = Math.min(Math.max(frame.scrollTop, bottom), top);
      last = chosen;
    }
  };
  model.on("change:rows", draw);
  model.on("change:chosen", draw);
  draw();
  return () => {
    model.off("change:rows", draw);
    model.off("change:chosen", draw);
  };
}

export default { render };
