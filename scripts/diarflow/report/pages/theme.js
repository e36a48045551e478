// The colour scheme: that of the browser, or the one that was chosen with the switch. Runs before the page is drawn.
// Scripts that draw with colours listen to the event `themechange` of the document.
"use strict";

(() => {
  const KEY = "diarflow-theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const preferred = () => dark.matches ? "dark" : "light";
  const current = () => root.dataset.theme ?? preferred();
  const notify = () => document.dispatchEvent(new Event("themechange"));

  // a browser may forbid pages from disk to store values
  const stored = (change = () => {}) => {
    try {
      change(localStorage);
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    notify();
  };

  const choose = (theme) => {
    const automatic = theme === preferred();
    stored((storage) => automatic ? storage.removeItem(KEY) : storage.setItem(KEY, theme));
    apply(automatic ? null : theme);
  };

  const addSwitch = () => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "theme" });
    const label = () => { button.textContent = current() === "dark" ? "Light colours" : "Dark colours"; };
    button.addEventListener("click", () => choose(current() === "dark" ? "light" : "dark"));
    document.addEventListener("themechange", label);
    label();
    const place = document.querySelector("body > nav, body > header");
    if (place.matches("nav")) place.append(button);
    else place.prepend(button);
  };

  apply(stored());
  dark.addEventListener("change", notify);
  window.addEventListener("storage", ({ key, newValue }) => { if (key === KEY) apply(newValue); });
  document.addEventListener("DOMContentLoaded", addSwitch);

  // paper is light, and all of its details are open
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const element of closed) element.open = true;
    apply("light");
  });
  window.addEventListener("afterprint", () => {
    for (const element of closed) element.open = false;
    apply(stored());
  });
})();
