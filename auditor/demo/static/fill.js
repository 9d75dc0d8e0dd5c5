// Fills a list from a JSON answer; its static source is empty.
(function () {
  var list = document.getElementById("list");
  fetch(list.dataset.from).then(function (answer) { return answer.json(); }).then(function (data) {
    data.items.forEach(function (item) {
      var line = document.createElement("li");
      var link = document.createElement("a");
      var day = document.createElement("span");
      link.href = item.url;
      link.textContent = item.title;
      day.className = "date";
      day.textContent = item.date;
      line.append(link, day);
      list.append(line);
    });
  });
})();
