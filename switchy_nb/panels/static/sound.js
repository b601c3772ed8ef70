// A player of one recording; nothing at all while there is none.
function render({ model, el }) {
  const frame = document.createElement("div");
  frame.className = "switchy-sound";
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.setAttribute("data-lm-suppress-shortcuts", "true");
  frame.append(audio);
  el.append(frame);
  let url = null;

  const draw = () => {
    const wav = model.get("wav");
    const old = url;
    url = wav?.byteLength ? URL.createObjectURL(new Blob([wav], { type: "audio/wav" })) : null;
    frame.hidden = url === null;
    if (url !== null) audio.src = url;
    else audio.removeAttribute("src");
    audio.setAttribute("aria-label", model.get("label"));
    if (old !== null) URL.revokeObjectURL(old);
  };
  model.on("change:wav", draw);
  model.on("change:label", draw);
  draw();
  return () => {
    model.off("change:wav", draw);
    model.off("change:label", draw);
    if (url !== null) URL.revokeObjectURL(url);
  };
}

export default { render };
