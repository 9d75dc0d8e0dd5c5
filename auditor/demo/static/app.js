// Renders a page of the script-built site from two JSON answers: the frame and the view.
(function () {
  var app = document.getElementById("app");
  function get(url) { return fetch(url).then(function (answer) { return answer.json(); }); }
  function escape(text) {
    var box = document.createElement("span");
    box.textContent = text;
    return box.innerHTML;
  }
  function list(items) {
    return '<ul class="list">' + items.map(function (item) {
      return '<li><a href="' + item.url + '">' + escape(item.title) + "</a>" +
        (item.date ? '<span class="date">' + item.date + "</span>" : "") + "</li>";
    }).join("") + "</ul>";
  }
  function block(part) {
    return '<section class="block" aria-label="' + escape(part.name) + '"><h2 class="bar2"><span>' +
      escape(part.name) + '</span><a class="more" href="' + part.url + '" aria-label="更多' +
      escape(part.name) + '">更多</a></h2>' + list(part.items) + "</section>";
  }
  function pager(pages, current) {
    if (pages.length < 2) { return ""; }
    return '<nav class="pager" aria-label="分页">' + pages.map(function (url, index) {
      return '<a href="' + url + '"' + (index + 1 === current ? ' aria-current="page"' : "") +
        ">第" + (index + 1) + "页</a>";
    }).join("") + "</nav>";
  }
  function side(data) {
    return '<nav class="side" aria-label="' + data.group + '栏目"><p class="sidehead">' +
      data.group + "</p><ul>" + data.siblings.map(function (item) {
        return '<li><a href="' + item.url + '">' + escape(item.name) + "</a></li>";
      }).join("") + "</ul></nav>";
  }
  function body(data) {
    if (data.kind === "list") {
      return data.crumbs + '<div class="two">' + side(data) + '<div class="body"><h1>' +
        escape(data.name) + "</h1>" + list(data.items) + pager(data.pages, data.page) +
        "</div></div>";
    }
    return data.crumbs + '<h1 class="grouphead">' + escape(data.name) + '</h1><div class="grid">' +
      data.blocks.map(block).join("") + "</div>" + data.tiles;
  }
  Promise.all([get("/api/frame.json"), get(app.dataset.view)]).then(function (answers) {
    app.outerHTML = answers[0].header + '<main id="main" class="wrap">' + body(answers[1]) +
      "</main>" + answers[0].footer;
  });
})();
