// Draws a box around an element and says where it is, in page coordinates; null if invisible.
((selector, mark) => {
  const old = document.getElementById(mark);
  if (old) old.remove();
  let element = null;
  try {
    element = selector ? document.querySelector(selector) : null;
  } catch {
    return null;
  }
  if (!element) return null;
  const box = element.getBoundingClientRect();
  if (box.width < 1 || box.height < 1) return null;
  const left = box.left + scrollX;
  const top = box.top + scrollY;
  const frame = document.createElement("div");
  frame.id = mark;
  frame.style.cssText =
    "all:initial;position:absolute;box-sizing:border-box;pointer-events:none;z-index:2147483647;" +
    `border:3px solid #d00;outline:1px solid #fff;left:${left - 4}px;top:${top - 4}px;` +
    `width:${box.width + 8}px;height:${box.height + 8}px`;
  document.documentElement.appendChild(frame);
  return {
    left, top, width: box.width, height: box.height,
    pageWidth: document.documentElement.scrollWidth, pageHeight: document.documentElement.scrollHeight,
  };
})
