"use strict";
(() => {
  const all = (what, within = document) => [...within.querySelectorAll(what)];

  // Filter by service and strength.
  const form = document.querySelector(".filter");
  if (form) {
    const signals = all(".signal, .mark");
    const count = form.querySelector(".count");
    const says = form.querySelector("output");
    const filter = () => {
      const service = form.elements.service.value;
      const strength = Number(form.elements.strength.value);
      says.textContent = strength.toFixed(2);
      let shown = 0, listed = 0;
      for (const signal of signals) {
        const of = signal.dataset.service;
        const fits = (service === "" || of === service) && Number(signal.dataset.strength) >= strength;
        // An SVG element has no `hidden` of its own.
        signal.toggleAttribute("hidden", !fits);
        if (signal.matches(".signal")) { listed += 1; shown += fits ? 1 : 0; }
      }
      for (const lane of all(".lane[data-service]")) {
        lane.hidden = !all(".signal", lane).some((signal) => !signal.hasAttribute("hidden"));
        for (const weak of all(".weak", lane)) weak.hidden = !all(".signal", weak).some((signal) => !signal.hasAttribute("hidden"));
      }
      count.textContent = `${shown} of ${listed} signals`;
    };
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    filter();
  }

  // A sentence lights what it cites.
  const marks = all(".mark, .flag").map((mark) => [mark, new Set((mark.dataset.cites || "").split(" ").filter(Boolean))]);
  const light = (said) => {
    const cites = said ? said.dataset.cites.split(" ") : [];
    for (const [mark, of] of marks) mark.classList.toggle("lit", cites.some((cite) => of.has(cite)));
  };
  for (const said of all(".said")) {
    for (const event of ["mouseenter", "focusin"]) said.addEventListener(event, () => light(said));
    for (const event of ["mouseleave", "focusout"]) said.addEventListener(event, () => light(null));
  }

  // What a link leads to is opened.
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (let at = target; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
})();
