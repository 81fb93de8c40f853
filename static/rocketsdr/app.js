// What the pages do beyond links and forms. Every page works without it.

// Copy buttons: <button hidden data-copies="id of the element">.
for (const button of document.querySelectorAll("button[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  const label = button.querySelector("[data-label]") ?? button;
  const said = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = await copy(source);
    label.textContent = copied ? "Copied" : "Press Ctrl+C";
    announce(copied ? "Copied to the clipboard." : "The text is selected: press Control C to copy it.");
    setTimeout(() => { label.textContent = said; }, 2000);
  });
}

async function copy(element) {
  const text = element.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const selection = getSelection(); // no clipboard without https: the person copies by hand
    selection.selectAllChildren(element);
    return false;
  }
}

function announce(text) {
  const live = document.getElementById("announcements");
  if (live) live.textContent = text;
}

// A page that answers a form and must not be sent again by reloading: <main data-reload-goes-to="/address">.
const page = document.querySelector("[data-reload-goes-to]");
if (page) history.replaceState(null, "", page.dataset.reloadGoesTo);

// A part of a page that is still being made: <section id="…" data-unfinished="what is said when it is done">.
const LOOK_AGAIN = 1500; // milliseconds
async function lookAgain() {
  const part = document.querySelector("[data-unfinished]");
  if (!part) return;
  try {
    const answer = await fetch(location.pathname + location.search);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh && !("unfinished" in fresh.dataset)) {
      part.replaceWith(fresh);
      announce(part.dataset.unfinished);
      return;
    }
  } catch {
    // The server may be busy with the very thing: ask again.
  }
  setTimeout(lookAgain, LOOK_AGAIN);
}
setTimeout(lookAgain, LOOK_AGAIN);
