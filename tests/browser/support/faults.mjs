// Records what must not happen: errors, violations of the content security policy, and requests to other hosts.

/** Writes what goes wrong in `page`, and what it asks of others than `origin`, into the list `faults`. */
export async function watch(page, origin, faults) {
  const schemes = { [origin.protocol]: true, [origin.protocol.replace("http", "ws")]: true };
  const isLocal = (url) => /^(data|blob):/.test(url) || (new URL(url).host === origin.host && schemes[new URL(url).protocol]);
  const note = (url) => isLocal(url) || faults.push(`elsewhere: ${url}`);
  page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure();
    // A reload may cut short what is still under way.
    if (errorText !== "net::ERR_ABORTED") faults.push(`failed: ${request.url()} ${errorText}`);
  });
  page.on("response", (response) => response.status() >= 400 && faults.push(`${response.status()}: ${response.url()}`));
  page.on("websocket", (socket) => note(socket.url()));
  page.on("request", (request) => note(request.url()));
  page.on("worker", (worker) => note(worker.url()));
  await page.exposeFunction("refused", (what) => faults.push(`policy: ${what}`));
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      window.refused(`${event.effectiveDirective} ${event.blockedURI}`),
    ),
  );
}
