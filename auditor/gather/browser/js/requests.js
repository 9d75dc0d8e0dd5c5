// From where the page's scripts loaded data, oldest first. `limit`: addresses at most. Only GET and
// HEAD are among them: quiet.js lets nothing else out.
((limit) =>
  performance
    .getEntriesByType("resource")
    .filter((entry) => /^(xmlhttprequest|fetch)$/.test(entry.initiatorType))
    .map((entry) => entry.name)
    .filter((name) => name.length <= 2083)
    .slice(0, limit))
