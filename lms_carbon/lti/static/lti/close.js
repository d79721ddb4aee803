// Tells the platform that the registration is done, so that it takes the frame away (dynamic registration, step 7).
// Nothing secret is in the message, and the platform's page may be on any host.
const button = document.querySelector("button[data-lti-close]");
const platform = window.opener ?? (window.parent === window ? null : window.parent);

if (button !== null && platform !== null) {
  const close = () => platform.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
  button.hidden = false;
  button.addEventListener("click", close);
  if ("atOnce" in button.dataset) close();
}
