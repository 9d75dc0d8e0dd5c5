// The document as it stands, as source. `limit`: characters above which only the length is told.
((limit) => {
  const type = document.doctype;
  const doctype = type ? `<!DOCTYPE ${type.name}${type.publicId ? ` PUBLIC "${type.publicId}"` : ""}>\n` : "";
  const html = doctype + document.documentElement.outerHTML;
  return { title: document.title, url: location.href, length: html.length, html: html.length > limit ? "" : html };
})
