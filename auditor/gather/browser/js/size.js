// The size of the whole page in CSS pixels.
(() => {
  const root = document.documentElement;
  const body = document.body || root;
  return {
    width: Math.max(root.scrollWidth, body.scrollWidth),
    height: Math.max(root.scrollHeight, body.scrollHeight),
  };
})();
