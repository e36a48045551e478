// The view of a page in its URL: pairs key=value in the fragment, so that Back, reload and a pasted link restore it.
"use strict";

(() => {
  const callbacks = [];
  const currentFragment = () => location.hash.slice(1);
  let lastFragment = currentFragment(); // of the view that the page shows

  // a fragment without "=" is the id of an element, not a view
  const parse = (fragment) => new URLSearchParams(fragment.includes("=") ? fragment : "");

  const isEmpty = (value) => value === null || value === undefined || value === "";

  // apply values to parameters; empty values remove their keys
  const update = (parameters, values) => {
    for (const [name, value] of Object.entries(values)) {
      if (isEmpty(value)) parameters.delete(name);
      else parameters.set(name, String(value));
    }
    return parameters.toString();
  };

  const withFragment = (url, fragment) => `${url.split("#")[0]}${fragment && `#${fragment}`}`;

  // return a value of the view as text, or the default
  const get = (name, defaultValue = null) => parse(currentFragment()).get(name) ?? defaultValue;

  // change values of the view; null removes a value; `push` adds an entry to the history, else the entry is replaced
  const set = (values, { push = false } = {}) => {
    const fragment = update(parse(currentFragment()), values);
    if (fragment === currentFragment()) return;
    lastFragment = fragment;
    history[push ? "pushState" : "replaceState"](null, "", withFragment(location.href, fragment));
  };

  // call a function when the view must be read again: after Back and Forward, after a change of the URL, and when the
  // browser shows the page, also the first time; the function must give the same page if it is called twice
  const onChange = (callback) => { callbacks.push(callback); };

  // return a URL with a view
  const link = (url, values = {}) => withFragment(url, update(new URLSearchParams(), values));

  const notify = () => {
    lastFragment = currentFragment();
    for (const callback of callbacks) callback();
  };
  const notifyOnce = () => { if (currentFragment() !== lastFragment) notify(); };
  window.addEventListener("popstate", notifyOnce);
  window.addEventListener("hashchange", notifyOnce);
  window.addEventListener("pageshow", notify);

  // a link to an element of this page moves there and keeps the view
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.('a[href^="#"]');
    const target = anchor && document.getElementById(decodeURIComponent(anchor.hash.slice(1)));
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (target.tabIndex < 0) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  });

  diarflow.viewState = { get, set, onChange, link };
})();
