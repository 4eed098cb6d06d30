"use strict";
(function () {
  var list = document.getElementById("list");
  if (list) {
    var body = list.tBodies[0];
    list.querySelectorAll("thead th[data-by]").forEach(function (head) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var number = head.dataset.by === "number";
        // What is most is looked for first.
        var first = number ? "descending" : "ascending";
        var second = number ? "ascending" : "descending";
        var order = head.getAttribute("aria-sort") === first ? second : first;
        list.querySelectorAll("thead th").forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", order);
        var sign = order === "ascending" ? 1 : -1;
        Array.from(body.rows).map(function (row, place) {
          var cell = row.cells[head.cellIndex];
          return { row: row, place: place, value: number ? Number(cell.dataset.v) : cell.textContent.trim() };
        }).sort(function (a, b) {
          var by = number ? a.value - b.value : a.value.localeCompare(b.value, "zh-CN");
          return sign * by || a.place - b.place;
        }).forEach(function (entry) { body.appendChild(entry.row); });
      });
    });
    var tools = document.getElementById("tools");
    if (tools) {
      var find = document.getElementById("find");
      var year = document.getElementById("year");
      var grade = document.getElementById("grade");
      var state = document.getElementById("state");
      var shown = document.getElementById("shown");
      var apply = function () {
        var wanted = find.value.trim().toLowerCase();
        var count = 0;
        Array.from(body.rows).forEach(function (row) {
          var fits = row.cells[0].textContent.toLowerCase().indexOf(wanted) >= 0 &&
            (!year.value || row.dataset.year === year.value) &&
            (!grade.value || row.dataset.grade === grade.value) &&
            (!state.value || row.dataset.state.trim().split(/\s+/).indexOf(state.value) >= 0);
          row.hidden = !fits;
          count += fits ? 1 : 0;
        });
        shown.textContent = "显示 " + count + " 份，共 " + body.rows.length + " 份";
      };
      tools.hidden = false;
      tools.addEventListener("input", apply);
      apply();
    }
  }
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
})();
