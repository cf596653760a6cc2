// A link that can be copied, and its QR code, which a press shows as large as the window.
// data: {link, code: address of a picture or "", words: {link, copy, copied, failed, code, large, close}}

export default function ({ data, parentElement }) {
  const mine = belonging(parentElement, () => {
    const text = make("textarea", { class: "link", readonly: "", rows: "3", spellcheck: "false" });
    const copy = make("button", { type: "button", class: "copy" });
    const said = make("span", { class: "said", role: "status" });
    const code = make("button", { type: "button", class: "code" }, make("img"));
    const large = make("dialog", {}, make("img"), make("p"), make("button", { type: "button" }));
    parentElement.append(text, make("div", { class: "row" }, copy, said), code, large);
    text.addEventListener("focus", () => text.select());
    code.addEventListener("click", () => large.showModal());
    large.addEventListener("click", () => large.close());
    return { text, copy, said, code, large };
  });
  const { text, copy, said, code, large } = mine;
  const { link, words } = data;
  if (text.value !== link) said.textContent = "";
  text.value = link;
  text.setAttribute("aria-label", words.link);
  copy.textContent = words.copy;
  copy.onclick = async () => {
    said.textContent = (await copied(text)) ? words.copied : words.failed;
  };
  code.hidden = !data.code;
  code.title = words.code;
  const [picture, address, close] = large.children;
  for (const [image, alt] of [[code.firstChild, words.code], [picture, words.large]]) {
    image.alt = alt;
    if (data.code && image.getAttribute("src") !== data.code) image.src = data.code;
  }
  large.setAttribute("aria-label", words.large);
  address.textContent = link;
  close.textContent = words.close;
}

/** Copy the text of a field. Only https and localhost have a clipboard; elsewhere the field itself is copied. */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
