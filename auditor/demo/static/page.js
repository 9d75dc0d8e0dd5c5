// The pager of a widespread content system: page 0 is index.html, page n index_n.html.
function createPageHTML(count, current, name, extension) {
  var html = "";
  for (var i = 0; i < count; i++) {
    var target = i === 0 ? name + "." + extension : name + "_" + i + "." + extension;
    html += '<a href="' + target + '"' + (i === current ? ' aria-current="page"' : "") +
      ">第" + (i + 1) + "页</a> ";
  }
  document.write(html);
}
