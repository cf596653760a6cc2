// A button that prints the page, or saves it as PDF, with what the browser has for that.
// data: {label}

export default function ({ data, parentElement }) {
  const button = belonging(parentElement, () => {
    const made = make("button", { type: "button" });
    made.addEventListener("click", () => window.print());
    parentElement.append(made);
    return made;
  });
  button.textContent = data.label;
}
