(() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) {
    return {};
  }

  const place = (e) => {
    if (e === document.documentElement) {
      return "html";
    }
    const nth = [...e.parentElement.children].indexOf(e) + 1;
    return `${place(e.parentElement)} > ${e.localName}:nth-child(${nth})`;
  };

  const ringed = (e) => {
    const style = getComputedStyle(e);
    if (style.outlineStyle === "auto") {
      return true;
    }
    const clear = style.outlineColor === "transparent" || /[,/] *0\)$/.test(style.outlineColor);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !clear;
  };

  const around = [element, ...(element.labels || []), element.nextElementSibling].filter(Boolean);
  const box = element.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    path: place(element),
    html: element.cloneNode(false).outerHTML,
    ring: around.some(ringed),
    in_view: Boolean(over) && around.some((e) => e.contains(over) || over.contains(e)),
  };
})()
