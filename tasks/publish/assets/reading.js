"use strict";
(function () {
  var lit = [];
  // Only the other pane moves, and only where its partner is out of sight.
  var reveal = function (place) {
    var pane = place.closest(".pane");
    var outer = pane.getBoundingClientRect();
    var inner = place.getBoundingClientRect();
    if (pane.scrollHeight > pane.clientHeight && (inner.top < outer.top || inner.bottom > outer.bottom)) {
      pane.scrollTop += inner.top + inner.height / 2 - outer.top - pane.clientHeight / 2;
    }
    if (pane.scrollWidth > pane.clientWidth && (inner.left < outer.left || inner.right > outer.right)) {
      pane.scrollLeft += inner.left + inner.width / 2 - outer.left - pane.clientWidth / 2;
    }
    var inside = place.closest(".scroll");
    if (inside && inside.scrollWidth > inside.clientWidth) {
      var window_ = inside.getBoundingClientRect();
      if (inner.left < window_.left || inner.right > window_.right) {
        inside.scrollLeft += inner.left - window_.left - inside.clientWidth / 2;
      }
    }
  };
  var show = function (event) {
    var here = event.target.closest("[data-at], [data-cells]");
    if (!here || (lit.length && lit[0] === here)) { return; }
    lit.forEach(function (place) { place.classList.remove("lit"); });
    var names = here.dataset.at ? [here.dataset.at] : here.dataset.cells.split(" ");
    var others = names.map(function (name) { return document.getElementById(name); }).filter(Boolean);
    lit = [here].concat(others);
    lit.forEach(function (place) { place.classList.add("lit"); });
    if (others.length) { reveal(others[0]); }
  };
  document.addEventListener("pointerover", show);
  document.addEventListener("focusin", show);
})();
