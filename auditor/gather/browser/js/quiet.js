// Runs before the page's own scripts, in every frame: an audit only looks. No dialogue stops it,
// no window opens, and nothing but GET and HEAD leaves the page (inside https tunnels the proxy
// cannot see methods, so they are stopped here).
(() => {
  const readOnly = (method) => /^(get|head)$/i.test(String(method || "GET"));
  const quiet = (owner, name, value) => {
    try {
      Object.defineProperty(owner, name, { value, writable: true, configurable: true });
    } catch {
      /* the page keeps its own; the proxy still refuses other methods over http */
    }
  };
  quiet(window, "alert", () => undefined);
  quiet(window, "confirm", () => false);
  quiet(window, "prompt", () => null);
  quiet(window, "print", () => undefined);
  quiet(window, "open", () => null);
  const open = XMLHttpRequest.prototype.open;
  quiet(XMLHttpRequest.prototype, "open", function (method, ...rest) {
    if (!readOnly(method)) throw new DOMException("read-only visit", "NetworkError");
    return open.call(this, method, ...rest);
  });
  const fetching = window.fetch;
  quiet(window, "fetch", function (input, init) {
    const method = (init && init.method) || (input instanceof Request && input.method) || "GET";
    if (!readOnly(method)) return Promise.reject(new TypeError("read-only visit"));
    return fetching.call(window, input, init);
  });
  quiet(Navigator.prototype, "sendBeacon", () => false);
  const submit = HTMLFormElement.prototype.submit;
  quiet(HTMLFormElement.prototype, "submit", function () {
    if (readOnly(this.method)) submit.call(this);
  });
  quiet(HTMLFormElement.prototype, "requestSubmit", function () {
    if (readOnly(this.method)) submit.call(this);
  });
})();
