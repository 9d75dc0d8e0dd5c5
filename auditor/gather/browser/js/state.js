// What the page looks like now; asked again until it stops changing.
(() => {
  const sheets = Array.from(document.querySelectorAll('link[rel~="stylesheet" i][href]'));
  const wanted = sheets.filter((link) => !link.disabled && matchMedia(link.media || "all").matches);
  const visit = performance.getEntriesByType("navigation")[0];
  const body = document.body;
  return {
    url: location.href,
    ready: document.readyState,
    type: document.contentType,
    status: visit ? visit.responseStatus : 0,
    pending: wanted.filter((link) => link.sheet === null).length,
    elements: document.getElementsByTagName("*").length,
    text: body ? body.innerText.trim().length : 0,
    frames: window.length,
  };
})();
