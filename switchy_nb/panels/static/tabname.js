// Gives the list of tabs in the same part a name, for those who do not see what it is for.
function render({ model, el }) {
  let due = 0;
  const name = () => {
    // neither may be in the page yet
    const list = el.closest(".switchy-part")?.querySelector('[role="tablist"]');
    if (list) list.setAttribute("aria-label", model.get("label"));
    else due = requestAnimationFrame(name);
  };
  name();
  return () => cancelAnimationFrame(due);
}

export default { render };
