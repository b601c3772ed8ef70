// A grid of rows, of which only those in view are there. The kernel sends rows as text and is told
// which are in view, which were chosen, and how they are to be sorted and filtered. Nothing from it
// is ever set as markup. The grid has the focus and points at its active row, since rows come and go.
const HEIGHT = 26;
const VISIBLE = 8; // as many have their room always: what stands below stays where it is
const newId = () => `switchy-${Math.random().toString(36).slice(2)}`;
const quiet = (node) => node.setAttribute("data-lm-suppress-shortcuts", "true");

function node(name, className, role) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (role) made.setAttribute("role", role);
  return made;
}

function newCheck(title) {
  const box = node("div", "switchy-field switchy-check");
  const input = node("input");
  const label = node("label", "widget-label");
  input.type = "checkbox";
  input.id = label.htmlFor = newId();
  quiet(input);
  label.textContent = title;
  box.append(input, label);
  return [box, input];
}

function newRow() {
  const tr = node("tr", "", "row");
  tr.dot_ = node("span", "switchy-dot");
  tr.dot_.setAttribute("aria-hidden", "true");
  tr.cells_ = [];
  return tr;
}

function fill(tr, row, names) {
  while (tr.cells_.length < names.length) {
    const td = node("td", "", "gridcell");
    const text = node("span");
    if (tr.cells_.length === 0) td.append(tr.dot_);
    td.append(text);
    tr.append(td);
    tr.cells_.push(text);
  }
  while (tr.cells_.length > names.length) tr.cells_.pop().parentElement.remove();
  names.forEach((name, at) => {
    const text = tr.cells_[at];
    const value = row ? row.cells[at] ?? "" : at ? "" : "…";
    text.parentElement.className = `switchy-col-${name}`;
    if (text.textContent !== value) text.textContent = value;
    const title = row?.titles?.[name] ?? value;
    if (text.parentElement.title !== title) text.parentElement.title = title;
  });
  tr.dot_.style.backgroundColor = row?.colour ?? "transparent";
  tr.classList.toggle("switchy-joined", Boolean(row?.joined));
  tr.classList.toggle("switchy-over", Boolean(row?.over));
  tr.leg_ = row?.id ?? null;
}

function render({ model, el }) {
  const view = newId();
  const bar = node("div", "switchy-form jupyter-widgets");
  const field = node("div", "switchy-field switchy-text");
  const label = node("label", "widget-label");
  label.textContent = "Filter";
  const filter = node("input");
  filter.id = label.htmlFor = newId();
  filter.type = "text";
  filter.placeholder = "text in any column";
  filter.autocomplete = "off";
  filter.spellcheck = false;
  field.append(label, filter);
  const chooser = node("details", "switchy-more");
  const summary = node("summary");
  summary.textContent = "Columns";
  quiet(summary);
  const boxes = node("div", "switchy-form", "group");
  boxes.setAttribute("aria-label", "Columns");
  chooser.append(summary, boxes);
  const [holder, hold] = newCheck("Hold the list still");
  hold.addEventListener("change", () => model.send({ hold: hold.checked }));
  const every = node("button", "jupyter-button widget-button");
  every.type = "button";
  every.textContent = "Select all";
  quiet(every);
  every.addEventListener("click", () => chooseAll());
  bar.append(field, every, holder, chooser);

  const frame = node("div", "switchy-table");
  const table = node("table", "", "grid");
  table.setAttribute("aria-label", model.get("label"));
  table.tabIndex = 0;
  quiet(table);
  const head = node("thead");
  const names = node("tr", "", "row");
  head.append(names);
  const body = node("tbody");
  const [above, below] = [node("tr"), node("tr")];
  for (const space of [above, below]) {
    space.setAttribute("aria-hidden", "true");
    space.append(node("td"));
  }
  body.append(above, below);
  table.append(head, body);
  const empty = node("div", "switchy-note");
  empty.textContent = model.get("empty");
  frame.append(table, empty);
  el.append(bar, frame);

  let [first, end] = [0, 0];
  let anchor = ""; // the row that Shift and a click choose from
  let cursor = ""; // the row that the keys move from; what is chosen is the kernel's to say
  let seen = "";
  let staying = false; // whether what is chosen next is not scrolled to
  let coming = null; // the place that the keys go to, and what is to be done there
  const rows = new Map();
  const shown = () => model.get("columns").filter((column) => column.shown);

  // --- what is told to the kernel --------------------------------------------------------------
  const look = () => {
    const from = Math.max(0, Math.floor(frame.scrollTop / HEIGHT));
    const to = from + Math.ceil((frame.clientHeight || HEIGHT * VISIBLE) / HEIGHT) + 1;
    if (from === first && to === end) return;
    [first, end] = [from, to];
    model.send({ view, first, end });
    draw();
  };
  const choose = (id, how) => {
    // only what was done: what is chosen then, the kernel knows, which may be behind with its words
    if (!id) return;
    if (how !== "range") anchor = id;
    cursor = id;
    coming = null;
    model.send({ choose: how === "range" ? [anchor || id, id] : [id], how, by: view });
  };
  const chooseAll = () => {
    staying = true;
    model.send({ choose: [], how: "all", by: view });
  };
  const press = (id, event) => {
    const beside = event.ctrlKey || event.metaKey;
    choose(id, event.shiftKey ? "range" : beside ? "turn" : "only");
  };
  const byPlace = () => new Map(model.get("rows").map((row) => [row.at, row]));
  const placeOf = (id) => model.get("rows").find((row) => row.id === id)?.at ?? model.get("at");
  const scrollTo = (at) => {
    // not scrollIntoView: it would move the notebook as well
    const top = at * HEIGHT;
    const bottom = top + HEIGHT + head.offsetHeight - frame.clientHeight;
    frame.scrollTop = Math.min(Math.max(frame.scrollTop, bottom), top);
  };
  body.addEventListener("mousedown", (event) => {
    // what was pressed, even if rows move before the button is let go
    const tr = event.target.closest("tr");
    if (event.button !== 0 || !tr?.leg_) return;
    if (event.shiftKey) {
      event.preventDefault(); // else the text in between is marked
      table.focus({ preventScroll: true });
    }
    press(tr.leg_, event);
  });
  body.addEventListener("click", (event) => {
    // a click without a mouse, such as a screen reader's
    if (event.detail !== 0) return;
    press(event.target.closest("tr")?.leg_, event);
  });
  table.addEventListener("keydown", (event) => {
    if (event.target !== table) return;
    const page = Math.max(1, end - first - 3);
    const [here, last] = [coming?.at ?? placeOf(cursor), model.get("total") - 1];
    const to = {
      ArrowDown: here + 1,
      ArrowUp: here < 0 ? 0 : here - 1,
      PageDown: here + page,
      PageUp: here - page,
      Home: 0,
      End: last,
    }[event.key];
    const beside = event.ctrlKey || event.metaKey;
    const all = beside && event.key.toLowerCase() === "a";
    const enter = event.key === " " || event.key === "Enter";
    if (to === undefined && !enter && !all) return;
    event.preventDefault();
    event.stopPropagation();
    if (all) return chooseAll();
    if (enter) return choose(cursor, beside || event.shiftKey ? "turn" : "only");
    const at = Math.min(Math.max(to, 0), last);
    scrollTo(at);
    // Shift chooses one more, Ctrl only moves on
    coming = { at, how: event.shiftKey ? "more" : beside ? null : "only" };
    arrive();
  });
  const arrive = () => {
    // where the keys go, as soon as the kernel has sent the row that is there
    const row = coming && byPlace().get(coming.at);
    if (!row) return;
    const { how } = coming;
    coming = null;
    cursor = row.id;
    if (how) choose(row.id, how);
    draw();
  };
  let typing = 0;
  filter.addEventListener("input", () => {
    model.set("typed", filter.value);
    window.clearTimeout(typing);
    typing = window.setTimeout(() => model.send({ filter: filter.value }), 150);
  });
  frame.addEventListener("scroll", look, { passive: true });
  const watcher = new ResizeObserver(look);
  watcher.observe(frame);

  // --- what is shown -----------------------------------------------------------------------------
  const drawHead = () => {
    const [sorted, descending] = model.get("sort");
    const columns = shown();
    names.replaceChildren(
      ...columns.map(({ name, title }) => {
        const th = node("th", `switchy-col-${name}`, "columnheader");
        th.scope = "col";
        const button = node("button", "switchy-sort");
        button.type = "button";
        button.dataset.column = name;
        quiet(button);
        const mark = node("span");
        mark.setAttribute("aria-hidden", "true");
        mark.textContent = name === sorted ? (descending ? " ▾" : " ▴") : "";
        button.append(title, mark);
        button.title = `Sort by ${title}`;
        button.addEventListener("click", () => model.send({ sort: name }));
        const order = descending ? "descending" : "ascending";
        th.setAttribute("aria-sort", name === sorted ? order : "none");
        th.append(button);
        return th;
      }),
    );
    boxes.replaceChildren(
      ...model.get("columns").map((column) => {
        const [box, input] = newCheck(column.title);
        input.checked = column.shown;
        input.dataset.column = column.name;
        input.addEventListener("change", () =>
          model.send({
            columns: [...boxes.querySelectorAll("input:checked")].map((i) => i.dataset.column),
          }),
        );
        return box;
      }),
    );
  };
  const rehead = () => {
    const focused = document.activeElement;
    const [part, column] = [focused?.tagName, focused?.dataset?.column];
    const inside = names.contains(focused) || boxes.contains(focused);
    drawHead();
    const again = (part === "BUTTON" ? names : boxes).querySelector(`[data-column="${column}"]`);
    if (inside) again?.focus();
    draw();
  };
  let due = false;
  const soon = () => {
    // the traits of one message change one by one
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      draw();
      arrive();
    });
  };
  const draw = () => {
    const total = model.get("total");
    const chosen = model.get("chosen");
    const columns = shown().map((column) => column.name);
    const known = byPlace();
    if (chosen.join() !== seen) {
      seen = chosen.join();
      const mine = model.get("by") === view;
      if (!mine && !chosen.includes(cursor)) cursor = chosen.at(-1) ?? "";
      const at = mine ? placeOf(cursor) : model.get("at");
      if (at >= 0 && !(mine && staying)) scrollTo(at);
      staying = false;
    }
    const to = Math.min(end, total);
    const from = Math.min(first, to);
    for (const [at, tr] of rows) {
      if (at < from || at >= to) {
        tr.remove();
        rows.delete(at);
      }
    }
    let active = null;
    for (let at = from; at < to; at += 1) {
      let tr = rows.get(at);
      if (!tr) {
        tr = newRow();
        tr.id = newId();
        rows.set(at, tr);
        const next = [...rows.keys()].filter((k) => k > at).sort((a, b) => a - b)[0];
        body.insertBefore(tr, next === undefined ? below : rows.get(next));
      }
      const row = known.get(at);
      fill(tr, row, columns);
      tr.setAttribute("aria-rowindex", String(at + 2));
      tr.setAttribute("aria-selected", String(row !== undefined && chosen.includes(row.id)));
      const current = row !== undefined && row.id === cursor;
      tr.classList.toggle("switchy-cursor", current);
      if (current) active = tr.id;
    }
    above.firstChild.style.height = `${from * HEIGHT}px`;
    below.firstChild.style.height = `${(total - to) * HEIGHT}px`;
    above.hidden = from === 0;
    below.hidden = total === to;
    table.setAttribute("aria-rowcount", String(total + 1));
    table.setAttribute("aria-multiselectable", "true");
    if (active) table.setAttribute("aria-activedescendant", active);
    else table.removeAttribute("aria-activedescendant");
    // where the table is wider than the page, the bar that scrolls it takes no row's place
    const scrollbar = frame.offsetHeight - frame.clientHeight;
    frame.style.height = `${(VISIBLE + 1) * HEIGHT + 2 + scrollbar}px`;
    empty.hidden = total !== 0;
    empty.textContent = model.get("filter") ? "No call fits the filter." : model.get("empty");
  };
  const follow = () => {
    hold.checked = model.get("held");
    const typed = model.get("typed") ?? model.get("filter");
    if (filter.value !== typed) filter.value = typed;
  };
  const heard = {
    "change:rows": soon,
    "change:total": soon,
    "change:chosen": soon,
    "change:at": soon,
    "change:columns": rehead,
    "change:sort": rehead,
    "change:typed": follow,
    "change:held": follow,
  };
  for (const [name, handler] of Object.entries(heard)) model.on(name, handler);
  drawHead();
  follow();
  look();
  return () => {
    watcher.disconnect();
    window.clearTimeout(typing);
    for (const [name, handler] of Object.entries(heard)) model.off(name, handler);
  };
}

export default { render };
