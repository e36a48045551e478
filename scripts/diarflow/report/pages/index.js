// The front page: the rows of the chosen protocol, and the start of all parts.
"use strict";

(() => {
  const { byId, front } = diarflow;
  document.body.classList.add("scripted");

  // show what belongs to the chosen protocol
  front.onState(["protocol"], ({ protocol }) => {
    for (const element of document.querySelectorAll("[data-protocol]")) element.hidden = element.dataset.protocol !== protocol;
  });
  front.onState(["system"], ({ system }) => {
    for (const element of document.querySelectorAll(".compared-system")) element.textContent = system;
  });
  byId("all-columns")?.addEventListener("change", (event) => document.body.classList.toggle("all-columns", event.target.checked));

  front.watchControls();
  front.render();
})();
