// A picture, and the words that say the same to those who do not see it.
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
  // The kernel may draw for what is behind the picture: a theme is a matter of the page.
  const theme = () => {
    const { jpThemeLight: light } = document.body.dataset;
    if (light !== undefined) model.send({ theme: light === "false" ? "dark" : "light" });
  };
  const watched = new MutationObserver(theme);
  watched.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  theme();
  model.on("change:png", draw);
  model.on("change:alt", tell);
  model.on("change:note", tell);
  draw();
  tell();
  return () => {
    watched.disconnect();
    model.off("change:png", draw);
    model.off("change:alt", tell);
    model.off("change:note", tell);
    if (url !== null) URL.revokeObjectURL(url);
  };
}

export default { render };
