(function () {
  'use strict';
  var all = function (selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); };

  // Paper cannot be clicked: open everything for printing and close it again afterwards.
  var closed = [];
  window.addEventListener('beforeprint', function () {
    closed = all('details:not([open])');
    closed.forEach(function (item) { item.open = true; });
  });
  window.addEventListener('afterprint', function () {
    closed.forEach(function (item) { item.open = false; });
  });

  // A link to an issue opens it.
  var reveal = function () {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    all('details').forEach(function (item) {
      if (item.contains(target) || target === item.parentElement) { item.open = true; }
    });
    target.scrollIntoView();
  };
  window.addEventListener('hashchange', reveal);
  reveal();

  all('.controls, .filter').forEach(function (item) { item.hidden = false; });
  all('[data-open], [data-close]').forEach(function (button) {
    button.addEventListener('click', function () {
      var opening = button.hasAttribute('data-open');
      all((button.dataset.open || button.dataset.close) + ' details').forEach(function (item) { item.open = opening; });
    });
  });

  var filter = document.getElementById('filter');
  if (filter) {
    var rows = all(filter.dataset.rows);
    var shown = document.getElementById('filter-count');
    filter.addEventListener('input', function () {
      var wanted = filter.value.trim().toLowerCase();
      var count = 0;
      rows.forEach(function (row) {
        var hit = row.textContent.toLowerCase().indexOf(wanted) >= 0;
        row.hidden = !hit;
        count += hit ? 1 : 0;
      });
      shown.textContent = wanted ? count + ' / ' + rows.length : '';
    });
  }
})();
