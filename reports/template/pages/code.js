// Hands one block of code to the page that shows this one in a hidden frame.
addEventListener("message", (event) => {
  const block = parent !== window && event.source === parent && document.getElementById(event.data);
  if (!block || !block.matches("section.code")) return;
  const parts = [...block.querySelector("pre").childNodes]
    .map((node) => [node.className || "", node.textContent]);
  parent.postMessage({ id: event.data, parts }, "*");
});
