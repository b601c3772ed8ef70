// The list of events: a grid that has only the lines in sight. The kernel is told which places are
// in sight, and sends their lines; a place belongs to the same event as long as `view` is the same.
// Whatever comes from the kernel is set as text, never as markup.
const COLUMNS = [
  ["n", "No."],
  ["time", "Time (UTC)"],
  ["name", "Event"],
  ["leg", "Leg"],
  ["says", "What it says"],
];
const HEIGHT = 22; // of a line, as in events.css
const EVERY = 100; // ms between two messages to the kernel at least

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

function render({ model, el }) {
  const me = newId();
  const frame = element("div", null, "switchy-events");
  const tools = element("div", "group", "switchy-form");
  tools.setAttribute("aria-label", "List of events");
  const pause = button("Pause");
  const follow = button("Autoscroll");
  tools.append(pause, follow);
  const grid = element("div", "grid", "switchy-event-grid");
  grid.setAttribute("aria-label", "Events");
  grid.setAttribute("data-lm-suppress-shortcuts", "true");
  grid.tabIndex = 0;
  const head = element("div", "row", "switchy-event-line switchy-event-head");
  for (const [name, title] of COLUMNS) {
    const cell = element("span", "columnheader", `switchy-event-${name}`);
    cell.textContent = title;
    head.append(cell);
  }
  const space = element("div", "presentation", "switchy-event-space");
  const empty = element("div", null, "switchy-note");
  empty.textContent = "No events.";
  grid.append(head, space);
  frame.append(tools, grid, empty);
  el.append(frame);

  const lines = new Map(); // the lines in the page by their places
  let top = 0; // the place of the first line in sight
  let following = true;
  let cursor = null; // the place that was chosen here; the kernel may not know yet
  let expected = -1; // where this script has scrolled to: that is not the reader's doing
  let timer = null;
  let last = 0;
  let view = null;

  const shown = () => model.get("shown");
  const count = () => Math.max(1, Math.ceil((grid.clientHeight - HEIGHT) / HEIGHT));
  const scrollTo = (place) => {
    const { first = 0 } = shown();
    grid.scrollTop = Math.max(0, (place - first) * HEIGHT);
    expected = grid.scrollTop;
  };
  const tell = () => {
    timer = null;
    last = Date.now();
    model.send({ view, scroll: Math.floor(top), count: count(), follow: following, by: me });
  };
  const ask = () => {
    if (timer === null) timer = setTimeout(tell, Math.max(0, last + EVERY - Date.now()));
  };
  const chosen = () => cursor ?? shown().chosen ?? null;

  const newLine = (place) => {
    const line = element("div", "row", "switchy-event-line");
    line.id = `${me}-${place}`;
    line.cells_ = {};
    for (const [name] of COLUMNS) {
      const cell = element("span", "gridcell", `switchy-event-${name}`);
      line.cells_[name] = cell;
      line.append(cell);
    }
    line.addEventListener("click", () => choose(place));
    space.append(line);
    return line;
  };
  const fill = (line, place, event, first) => {
    for (const [name] of COLUMNS) {
      const text = String(event[name]);
      const cell = line.cells_[name];
      if (cell.textContent !== text) {
        cell.textContent = text;
        cell.title = name === "leg" ? event.uuid : name === "says" || name === "name" ? text : "";
      }
    }
    line.style.top = `${(place - first) * HEIGHT}px`;
    line.setAttribute("aria-rowindex", String(place - first + 2));
  };
  const mark = () => {
    const place = chosen();
    for (const [at, line] of lines) line.setAttribute("aria-selected", String(at === place));
    if (lines.has(place)) grid.setAttribute("aria-activedescendant", `${me}-${place}`);
    else grid.removeAttribute("aria-activedescendant");
  };
  const press = () => {
    pause.setAttribute("aria-pressed", String(shown().paused === true));
    follow.setAttribute("aria-pressed", String(following));
  };
  const draw = () => {
    const { first = 0, end = 0, since = 0, lines: events = [], by, ...now } = shown();
    if (now.view !== view) {
      view = now.view;
      cursor = null;
      following = true;
    } else if (by !== me && now.follow !== undefined) {
      following = now.follow; // another page of the same list has scrolled
      if (!following) top = now.top;
    }
    space.style.height = `${(end - first) * HEIGHT}px`;
    grid.setAttribute("aria-rowcount", String(end - first + 1));
    grid.hidden = end <= first;
    empty.hidden = end > first;
    const kept = new Set(events.map((_, at) => since + at));
    for (const [place, line] of lines) {
      if (!kept.has(place)) {
        line.remove();
        lines.delete(place);
      }
    }
    events.forEach((event, at) => {
      const place = since + at;
      if (!lines.has(place)) lines.set(place, newLine(place));
      fill(lines.get(place), place, event, first);
    });
    if (following) top = Math.max(first, end - count());
    scrollTo(following ? end : top);
    if (cursor === now.chosen) cursor = null;
    mark();
    press();
  };

  const choose = (place) => {
    const { first = 0, end = 0 } = shown();
    if (end <= first) return;
    cursor = Math.min(Math.max(place, first), end - 1);
    following = false;
    const full = Math.max(1, Math.floor((grid.clientHeight - HEIGHT) / HEIGHT));
    if (cursor < top) top = cursor;
    else if (cursor >= top + full) top = cursor - full + 1;
    scrollTo(top);
    model.send({ view, choose: cursor });
    tell();
    mark();
    press();
  };
  grid.addEventListener("scroll", () => {
    if (Math.abs(grid.scrollTop - expected) < 2) return;
    expected = -1;
    const { first = 0 } = shown();
    top = first + grid.scrollTop / HEIGHT;
    following = grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 2;
    press();
    ask();
  });
  grid.addEventListener("keydown", (event) => {
    const { first = 0, end = 0 } = shown();
    const at = chosen() ?? (following ? end : Math.floor(top));
    const page = Math.max(1, count() - 2);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: first,
      End: end - 1,
      Enter: at,
      " ": at,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(to);
  });
  pause.addEventListener("click", () => model.send({ view, pause: shown().paused !== true }));
  follow.addEventListener("click", () => {
    following = !following;
    if (following) scrollTo(shown().end ?? 0);
    press();
    tell();
  });
  // also when the tab that it is on comes to the front
  const sizes = new ResizeObserver(() => {
    if (grid.clientHeight > 0 && view !== null) {
      scrollTo(following ? (shown().end ?? 0) : top);
      ask();
    }
  });
  sizes.observe(grid);
  model.on("change:shown", draw);
  draw();
  return () => {
    model.off("change:shown", draw);
    sizes.disconnect();
    clearTimeout(timer);
  };
}

export default { render };
