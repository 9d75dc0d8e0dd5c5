// Runs axe and brings home what reports need, with a proof that the engine works on this page.
// job: {locale, options, sample, nodes, html}; see _axe.py.
(async (axe, job) => {
  const english = {};
  for (const rule of axe.getRules()) english[rule.ruleId] = rule.help;
  axe.configure({ locale: job.locale, allowedOrigins: ["<unsafe_all_origins>"] });

  // An image without text, added and taken away: an engine that calls it fine is not to be believed.
  const probe = document.createElement("div");
  const shown = "display:block!important;visibility:visible!important;";
  probe.style.cssText = `${shown}position:absolute!important;left:0;top:0;width:9px;height:9px`;
  const image = document.createElement("img");
  image.setAttribute("src", "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==");
  image.style.cssText = `${shown}width:9px!important;height:9px!important`;
  probe.appendChild(image);
  document.documentElement.appendChild(probe); // the page may hide its body until it is ready
  let proven = false;
  try {
    const proof = await axe.run({ include: [probe] }, { runOnly: ["image-alt"], iframes: false });
    proven = proof.violations.length === 1 && proof.violations[0].nodes.length === 1;
  } finally {
    probe.remove();
  }
  if (!proven) return { proven };

  // Elements from the top of the page whose subtrees together hold at most `size` elements.
  const sample = (size) => {
    const chosen = [];
    let left = size;
    const take = (element) => {
      const weight = element.getElementsByTagName("*").length + 1;
      if (weight <= left) {
        left -= weight;
        chosen.push(element);
      } else if (left > 0) {
        for (const child of element.children) take(child);
      }
    };
    if (document.body) take(document.body);
    return chosen;
  };
  const context = job.sample ? { include: sample(job.sample) } : document;
  if (job.sample && context.include.length === 0) return { proven, violations: [], incomplete: [], passes: 0 };

  const cut = (text, length) => String(text ?? "").slice(0, length);
  const path = (target) => target.map((step) => (Array.isArray(step) ? step.join(" >>> ") : step)).join(" >>> ");
  const first = (target) => (Array.isArray(target[0]) ? target[0][0] : target[0]);
  // Tag, id or first class that is no number and no state: equal for what one template line makes.
  const label = (element) => {
    const tag = element.localName;
    const fit = (name) => name.length <= 40 && /^-?[A-Za-z_][A-Za-z_-]*$/.test(name);
    const id = element.getAttribute("id") || "";
    if (fit(id)) return `${tag}#${id}`;
    const states = /^(on|off|cur|current|active|hover|hov|selected|sel|first|last|odd|even|open|show|hide|hidden|disabled|now|clearfix|fl|fr|left|right)$/i;
    for (const name of (element.getAttribute("class") || "").split(/\s+/)) {
      if (name && fit(name) && !states.test(name)) return `${tag}.${name}`;
    }
    return tag;
  };
  const place = (target) => {
    if (target.length !== 1 || Array.isArray(target[0])) return "";
    let element = null;
    try {
      element = document.querySelector(target[0]);
    } catch {
      return "";
    }
    const labels = [];
    for (let at = element; at && labels.length < 4; at = at.parentElement) labels.unshift(label(at));
    return labels.join(" ");
  };
  const slim = (rule) => ({
    id: rule.id,
    impact: rule.impact || "",
    help: rule.help,
    english: english[rule.id] || "",
    tags: Array.from(rule.tags),
    total: rule.nodes.length,
    nodes: rule.nodes.slice(0, job.nodes).map((node) => ({
      target: cut(path(node.target), 1000),
      top: cut(first(node.target), 1000),
      place: cut(place(node.target), 300),
      html: cut(node.html, job.html),
      summary: cut(node.failureSummary, 1000),
    })),
  });
  const result = await axe.run(context, job.options);
  return {
    proven,
    engine: result.testEngine.version,
    violations: result.violations.map(slim),
    incomplete: result.incomplete.map(slim),
    passes: result.passes.length,
  };
})
