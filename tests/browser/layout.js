// What every page owes to everybody who looks at it; returns the faults as sentences.
() => {
  const faults = [];
  const name = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const text = (element.textContent || element.value || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${element.localName}${id} class="${element.className.baseVal ?? element.className}"> “${text}”`;
  };
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0;

  const titles = [...document.querySelectorAll("h1")].filter((heading) => heading.checkVisibility());
  if (titles.length !== 1) faults.push(`There are ${titles.length} h1, not one.`);
  if (!document.title.trim()) faults.push("The page has no title.");
  if (!document.documentElement.lang) faults.push("The page does not say its language.");

  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > room) {
    const wide = [...document.body.querySelectorAll("*")].filter((element) => shown(element) && element.getBoundingClientRect().right > room + 1);
    const inner = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
    faults.push(`The page is ${document.documentElement.scrollWidth} px wide where ${room} are: ${inner.slice(0, 3).map(name).join(", ")}`);
  }

  for (const control of document.querySelectorAll("input:not([type=hidden], [type=submit], [type=button]), select, textarea")) {
    const labelled = control.labels?.length || control.ariaLabel || control.getAttribute("aria-labelledby");
    if (control.checkVisibility() && !labelled) faults.push(`A control has no label: ${name(control)}`);
  }

  // The keyboard was used last, so what gets the focus shows it as it does for somebody who presses Tab.
  const look = (element) => {
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    return [outlined && style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.textDecorationLine].join("|");
  };
  const surroundings = (element) => [element, element.parentElement, ...(element.labels ?? [])].map(look).join("||");
  const before = document.activeElement;
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
    if (!shown(element) || element.disabled) continue;
    document.activeElement.blur();
    const unfocused = surroundings(element);
    element.focus({ preventScroll: true });
    if (document.activeElement !== element) continue;
    if (surroundings(element) === unfocused) faults.push(`The focus is not seen: ${name(element)}`);
  }
  document.activeElement.blur();
  before.focus({ preventScroll: true });
  return faults;
};
