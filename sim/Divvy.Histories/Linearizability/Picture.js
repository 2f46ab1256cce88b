// Shows what is known about the operation pointed at; a click keeps it, a click elsewhere brings the failure back.
const panel = document.getElementById("detail");
const failure = panel.innerHTML;
let kept = false;

function show(bar) {
  const text = document.createElement("pre");
  text.textContent = bar.dataset.detail;
  panel.replaceChildren(text);
}

for (const bar of document.querySelectorAll("g[data-detail]")) {
  bar.addEventListener("mouseenter", () => { if (!kept) show(bar); });
  bar.addEventListener("mouseleave", () => { if (!kept) panel.innerHTML = failure; });
  bar.addEventListener("click", click => { click.stopPropagation(); kept = true; show(bar); });
}
document.addEventListener("click", () => { kept = false; panel.innerHTML = failure; });

// The failure is at the right end.
const lanes = document.querySelector(".lanes");
lanes.scrollLeft = lanes.scrollWidth;
