// A picture, and the words that say the same to those who do not see it.
const STEP = 40; // pixels: less is not worth another drawing

function render({ model, el }) {
  const frame = document.createElement("div");
  frame.className = "switchy-picture";
  const image = document.createElement("img");
  const note = document.createElement("div");
  note.className = "switchy-note";
  frame.append(image, note);
  el.append(frame);
  let url = null;

  const draw = () => {
    const png = model.get("png");
    const old = url;
    url = png?.byteLength ? URL.createObjectURL(new Blob([png], { type: "image/png" })) : null;
    image.hidden = url === null;
    if (url !== null) image.src = url;
    else image.removeAttribute("src");
    if (old !== null) URL.revokeObjectURL(old);
  };
  const tell = () => {
    image.alt = model.get("alt");
    note.textContent = model.get("note");
    note.hidden = note.textContent === "";
  };
  // The kernel may draw for what is behind the picture, and for the room that there is.
  let told = "";
  const look = () => {
    if (frame.clientWidth === 0) return; // on a tab that is not in front
    const { jpThemeLight: light } = document.body.dataset;
    const room = { width: Math.round(frame.clientWidth / STEP) * STEP };
    if (light !== undefined) room.theme = light === "false" ? "dark" : "light";
    if (told === JSON.stringify(room)) return;
    told = JSON.stringify(room);
    model.send(room);
  };
  const themes = new MutationObserver(look);
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  const sizes = new ResizeObserver(look);
  sizes.observe(frame);
  model.on("change:png", draw);
  model.on("change:alt", tell);
  model.on("change:note", tell);
  draw();
  tell();
  return () => {
    themes.disconnect();
    sizes.disconnect();
    model.off("change:png", draw);
    model.off("change:alt", tell);
    model.off("change:note", tell);
    if (url !== null) URL.revokeObjectURL(url);
  };
}

export default { render };
