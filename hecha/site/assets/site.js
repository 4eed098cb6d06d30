// Only what makes work smoother: every page does its work without it.
(() => {
  "use strict";

  // A button that was pressed once is not pressed again while its form is under way.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.dataset.again !== undefined) return;
    const busy = event.submitter;
    setTimeout(() => {
      if (busy) busy.disabled = true;
    });
  });
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button:disabled")) {
      if (button.dataset.off === undefined) button.disabled = false;
    }
  });

  // A form that is marked asks once before it is sent.
  document.addEventListener("click", (event) => {
    const asking = event.target.closest("button[data-ask]");
    if (asking && !confirm(asking.dataset.ask)) event.preventDefault();
  });

  // A choice that needs a reason says so before the form is sent.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=radio]")) return;
    const same = `input[type=radio][name="${CSS.escape(event.target.name)}"][data-needs]`;
    const other = event.target.form?.querySelector(same);
    if (other) document.getElementById(other.dataset.needs).required = event.target.dataset.needs !== undefined;
  });

  // A box that ticks all others of its group.
  document.addEventListener("change", (event) => {
    const group = event.target.dataset.all;
    if (!group) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(group)}"]`)) {
      box.checked = event.target.checked;
    }
  });

  // A choice that changes what is shown takes effect at once; its button is for those without a script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-at-once]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });
})();
