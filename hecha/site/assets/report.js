// The finding at the pointer or the focus: its cells are marked in the form and in the original.
(() => {
  "use strict";
  const sides = ["left", "right", "beside"];
  const panes = [...document.querySelectorAll(".pane")];
  const places = new Map();
  const keep = (id, place) => places.set(id, [...(places.get(id) ?? []), place]);
  for (const pane of panes) {
    for (const cell of pane.querySelectorAll(".official td[id]")) keep(cell.id, cell);
    for (const spot of pane.querySelectorAll("[data-cells]")) {
      for (const id of spot.dataset.cells.split(" ")) keep(id, spot);
    }
  }

  // Only the panes move, and only where the place is out of sight.
  const reveal = (place) => {
    const pane = place.closest(".pane");
    const outer = pane.getBoundingClientRect();
    const inner = place.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      pane.scrollTop += inner.top + inner.height / 2 - outer.top - pane.clientHeight / 2;
    }
    if (inner.left < outer.left || inner.right > outer.right) {
      pane.scrollLeft += inner.left + inner.width / 2 - outer.left - pane.clientWidth / 2;
    }
  };
  const revealAll = (found) => {
    for (const pane of panes) {
      const here = found.filter((place) => place.closest(".pane") === pane);
      // the last first, so that the first is surely seen, and all of them where there is room
      for (const place of [...here].reverse()) reveal(place);
    }
  };
  const idsOf = (card, side) => (card.dataset[side] ?? "").split(" ").filter(Boolean);
  const show = (card) => {
    for (const other of document.querySelectorAll(".finding.focused")) other.classList.remove("focused");
    for (const pane of panes) {
      for (const side of sides) {
        for (const place of pane.querySelectorAll(`.at-${side}`)) place.classList.remove(`at-${side}`);
      }
    }
    card.classList.add("focused");
    const found = [];
    for (const side of sides) {
      for (const id of idsOf(card, side)) {
        for (const place of places.get(id) ?? []) {
          place.classList.add(`at-${side}`);
          found.push(place);
        }
      }
    }
    revealAll(found);
  };

  let waiting = 0;
  const cardOf = (event) => event.target.closest?.(".finding");
  document.addEventListener("pointerover", (event) => {
    clearTimeout(waiting);
    const card = cardOf(event);
    if (card && !card.classList.contains("focused")) waiting = setTimeout(show, 150, card);
  });
  document.addEventListener("focusin", (event) => {
    const card = cardOf(event);
    if (card && !card.classList.contains("focused")) show(card);
  });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("a.mark");
    if (!mark) return;
    event.preventDefault();
    show(mark.closest(".finding"));
  });

  // A cell of the form and its place in the original light up together.
  let lit = [];
  document.addEventListener("pointerover", (event) => {
    const here = event.target.closest?.(".official td[data-at], .pane [data-cells]");
    if (here === lit[0]) return;
    for (const place of lit) place.classList.remove("lit");
    lit = [];
    if (!here) return;
    const names = here.dataset.at ? [here.dataset.at] : here.dataset.cells.split(" ");
    const others = names.map((name) => document.getElementById(name)).filter((one) => one?.closest(".pane"));
    lit = [here, ...others];
    for (const place of lit) place.classList.add("lit");
    if (others.length) reveal(others[0]);
  });

  // Another tab without another request.
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("a[data-tab]");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const other of document.querySelectorAll("a[data-tab]")) other.removeAttribute("aria-current");
    tab.setAttribute("aria-current", "true");
    for (const panel of document.querySelectorAll(".panel")) {
      panel.classList.toggle("off", panel.id !== `panel-${tab.dataset.tab}`);
    }
    history.replaceState(null, "", tab.href.replace(/#.*$/, ""));
    const first = document.querySelector(".panel:not(.off) .finding");
    if (first) show(first);
  });

  // Form and original share what room there is below the heading, more of it once the page is scrolled.
  const evidence = document.querySelector(".evidence");
  const measure = () => {
    const place = evidence.getBoundingClientRect();
    const long = evidence.previousElementSibling.offsetHeight > innerHeight;
    const top = Math.max(long ? place.top : place.top + scrollY, 0);
    evidence.style.setProperty("--room", `${Math.max(innerHeight - top, 420)}px`);
  };
  if (evidence) {
    measure();
    addEventListener("scroll", () => requestAnimationFrame(measure), { passive: true });
    addEventListener("resize", measure);
  }

  const focused = document.querySelector(".finding.focused");
  if (focused) show(focused);
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll(".found details:not(.decide), .evidence details")) part.open = true;
  });
})();
