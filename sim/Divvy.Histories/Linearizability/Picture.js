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

// What cannot come next, or else the end, is what one wants to see first.
const lanes = document.querySelector(".lanes");
const blocked = document.querySelector(".blocked.first .bar");
lanes.scrollLeft = blocked
  ? blocked.getBoundingClientRect().left - lanes.getBoundingClientRect().left - lanes.clientWidth * 0.6
  : lanes.scrollWidth;
